import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0003_verdicts_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="答复")),
                (
                    "answered_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="答复时间"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Claim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("data", "数据局"), ("police", "公安局")], max_length=10)),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("data", "数据局"), ("police", "公安局")], max_length=10, verbose_name="代表"
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="自")),
                ("ends_on", models.DateField(verbose_name="至")),
                ("reason", models.TextField(verbose_name="事由")),
                (
                    "made_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="委托时间"),
                ),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="收回时间")),
            ],
        ),
        migrations.CreateModel(
            name="Desk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("data", "数据局"), ("police", "公安局")], max_length=10)),
                ("passed", models.PositiveIntegerField(db_default=0, verbose_name="已通过")),
                ("returned", models.PositiveIntegerField(db_default=0, verbose_name="已退回")),
                ("questioned", models.PositiveIntegerField(db_default=0, verbose_name="有疑问")),
            ],
        ),
        migrations.CreateModel(
            name="Motion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("reopen", "重新开启"), ("undo", "撤销入库")], max_length=10, verbose_name="事项"
                    ),
                ),
                ("reason", models.TextField(verbose_name="理由")),
                (
                    "side",
                    models.CharField(
                        choices=[("data", "数据局"), ("police", "公安局")], max_length=10, verbose_name="提出方"
                    ),
                ),
                (
                    "moved_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="提出时间"),
                ),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("", "待对方答复"),
                            ("agreed", "对方同意"),
                            ("refused", "对方不同意"),
                            ("taken_back", "已收回"),
                        ],
                        db_default="",
                        max_length=10,
                        verbose_name="答复",
                    ),
                ),
                ("answer_reason", models.TextField(db_default="", verbose_name="答复说明")),
                (
                    "answered_side",
                    models.CharField(choices=[("data", "数据局"), ("police", "公安局")], db_default="", max_length=10),
                ),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
            ],
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(choices=[("data", "数据局"), ("police", "公安局")], max_length=10)),
                ("seed", models.CharField(max_length=32, verbose_name="随机种子")),
                ("size", models.PositiveIntegerField(verbose_name="抽取行数")),
                (
                    "drawn_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name="抽取时间"),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("id"), descending=True)],
            },
        ),
        migrations.AddField(
            model_name="closing",
            name="for_person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受谁委托",
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="part",
            field=models.CharField(db_default="", max_length=10),
        ),
        migrations.AddField(
            model_name="item",
            name="returned",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="item",
            name="risk",
            field=models.SmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="round",
            name="due_on",
            field=models.DateField(null=True, verbose_name="办理期限"),
        ),
        migrations.AddField(
            model_name="round",
            name="figures",
            field=models.JSONField(db_default={}, default=dict),
        ),
        migrations.AddField(
            model_name="round",
            name="undone_at",
            field=models.DateTimeField(null=True, verbose_name="撤销入库时间"),
        ),
        migrations.AddField(
            model_name="verdict",
            name="choice",
            field=models.CharField(
                choices=[("", "—"), ("merge", "合并"), ("transfer", "移交"), ("distinct", "各自独立")],
                db_default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="verdict",
            name="for_person",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受谁委托",
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="state",
            field=models.CharField(
                choices=[("open", "审核中"), ("returned", "已退回"), ("accepted", "已通过"), ("withdrawn", "已撤回")],
                default="open",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("accepted", "通过"), ("partial", "部分通过"), ("returned", "退回"), ("withdrawn", "撤回")],
                max_length=10,
                verbose_name="结果",
            ),
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(
                models.F("round"),
                models.F("part"),
                models.OrderBy(models.F("risk"), descending=True),
                models.F("key"),
                name="item_by_risk",
            ),
        ),
        migrations.AddIndex(
            model_name="verdict",
            index=models.Index(
                condition=models.Q(("reason", ""), _negated=True),
                fields=["person", "decided_at"],
                name="reasons_of_a_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="round",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_at__isnull", True), ("outcome__in", ["accepted", "partial"]), _connector="OR"
                ),
                name="undone_was_accepted",
            ),
        ),
        migrations.AddConstraint(
            model_name="verdict",
            constraint=models.CheckConstraint(
                condition=models.Q(("choice", ""), ("decision", "pass"), _connector="OR"),
                name="choice_goes_with_a_pass",
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="answer",
            name="verdict",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="reviews.verdict"
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="claim",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="claims", to="reviews.round"
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="delegator",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="委托人",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="deputy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="受托人",
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="revoked_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="desk",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="desks", to="reviews.round"
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="answered_for",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="motions", to="reviews.case"
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="for_person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="motion",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="motions", to="reviews.round"
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="sample",
            name="round",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="samples", to="reviews.round"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="answer_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(fields=("round", "side", "person"), name="one_claim_a_person"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("delegator", models.F("deputy")), _negated=True), name="deputy_is_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="delegation_has_a_term"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="delegation_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["data", "police"])), name="delegation_of_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="revoked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="desk",
            constraint=models.UniqueConstraint(fields=("round", "side"), name="one_desk_a_side"),
        ),
        migrations.AddConstraint(
            model_name="desk",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["data", "police"])), name="desk_of_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("answer", "")), fields=("case",), name="one_open_motion"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="motion_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ["data", "police"])), name="motion_of_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer", ""),
                        ("answered_at__isnull", True),
                        ("answered_by__isnull", True),
                        ("answered_side", ""),
                    ),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="answered_motion_has_its_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="motion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer__in", ["agreed", "refused"]), _negated=True),
                    models.Q(
                        ("answered_side__in", ["data", "police"]),
                        models.Q(("answered_side", models.F("side")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="the_other_side_answers",
            ),
        ),
        migrations.AddConstraint(
            model_name="sample",
            constraint=models.CheckConstraint(condition=models.Q(("size__gt", 0)), name="sample_of_some"),
        ),
    ]
