"""The words for what the journal holds: actions, kinds of object, facts. Each code is said in Chinese once, here."""

from __future__ import annotations

ACTIONS: dict[str, str] = {
    # people
    "login.ok": "登录",
    "login.failed": "登录失败",
    "login.locked": "登录被锁定",
    "login.address_held_off": "地址因试用过多登录名暂停登录",
    "login.many_addresses": "一个登录名在过多地址上输错密码",
    "login.unlocked": "解除登录锁定",
    "logout": "退出登录",
    "session.expired": "登录超时退出",
    "password.changed": "修改密码",
    "password.reset": "重置密码",
    "person.created": "新建账号",
    "person.enabled": "启用账号",
    "person.disabled": "停用账号",
    "role.granted": "授予角色",
    "role.revoked": "撤销角色",
    "reference.loaded": "载入参考数据",
    "journal.verified": "核对审计日志",
    # campaigns
    "campaign.created": "新建轮次",
    "campaign.changed": "修改轮次",
    "campaign.closed": "关闭轮次",
    "campaign.reopened": "重新开放轮次",
    "campaign.roster_added": "增加填报单位",
    "campaign.roster_removed": "移除填报单位",
    # reports
    "submission.started": "开始报送",
    "submission.file_uploaded": "上传表格",
    "submission.file_refused": "表格被拒收",
    "submission.file_read": "表格核对完毕",
    "submission.file_failed": "表格核对失败",
    "submission.file_removed": "移除表格",
    "submission.clashes_settled": "选定在线修改或文件",
    "submission.file_annotated": "下载标注后的表格",
    "submission.file_cancelled": "取消读取表格",
    "submission.missing_marked": "说明未上表的设备",
    "submission.missing_unmarked": "撤回未上表设备的说明",
    "submission.rows_changed": "在线修改",
    "submission.rows_added": "在线增加行",
    "submission.rows_removed": "在线删除行",
    "submission.change_undone": "撤销在线修改",
    "submission.entry_begun": "开始在线填写",
    "submission.scan_attached": "上传盖章扫描件",
    "submission.zero_stated": "填写零报告",
    "submission.submitted": "提交报送",
    "submission.discarded": "作废报送",
    "waiver.asked": "申请豁免",
    "waiver.granted": "批准豁免",
    "waiver.refused": "不同意豁免",
    "waiver.revoked": "撤销豁免",
    "submission.export_uploaded": "上传平台导出清单",
    "submission.export_read": "平台导出清单读取完毕",
    "submission.export_failed": "平台导出清单未能读取",
    "submission.export_removed": "移除平台导出清单",
    # dual review
    "review.marked": "给出审核意见",
    "review.closed": "一方审核办结",
    "review.scan_ticked": "核对盖章扫描件",
    "case.accepted": "双审通过",
    "case.returned": "双审退回",
    # registry
    "cameras.exported": "导出摄像机台账",
    "platforms.exported": "导出平台台账",
    "poles.exported": "导出杆件台账",
}

OBJECTS: dict[str, str] = {
    "agencies.person": "人员",
    "agencies.agency": "单位",
    "inventory.campaign": "轮次",
    "inventory.obligation": "填报任务",
    "inventory.submission": "报送",
    "inventory.waiver": "豁免申请",
    "reviews.case": "审核事项",
    "cameras.camera": "摄像机",
    "cameras.pole": "杆件",
    "platforms.platform": "平台",
}

FACTS: dict[str, str] = {
    "username": "登录名",
    "post": "岗位",
    "duty_class": "人员类别",
    "role": "角色",
    "locked": "锁定期间",
    "limit": "时限",
    "records": "清除记录数",
    "names": "登录名个数",
    "sessions_ended": "退出的登录数",
    "changed": "变动",
    "checked": "核对条数",
    "fault": "差错",
    "agencies": "单位",
    "under_way": "办理中",
    "version": "版次",
    "file": "文件",
    "sha256": "文件校验值",
    "bytes": "文件字节数",
    "code": "编号",
    "reason": "理由",
    "round": "审核轮次",
    "side": "审核方",
    "decision": "意见",
    "rows": "行数",
    "passed": "通过行数",
    "returned": "退回行数",
    "form": "格式",
    "count": "条数",
    "choice": "以何为准",
    "filters": "筛选条件",
    "name": "名称",
    "scope": "范围",
    "opens_on": "开始日期",
    "due_at": "截止时间",
    "template": "模板版本",
    "rules": "规则版本",
    "kind": "报送类型",
    "way": "方式",
    "digest": "内容校验值",
    "zero": "零报告",
    "until": "有效期至",
    "answer": "批复意见",
    "row_key": "行标识",
    "value": "原值",
    "devices": "设备数",
    "ledger_entry": "入库批次",
    "device": "设备",
    "mark": "情况",
    "to_agency": "移交给",
    "camera_marks": "未上表的摄像机",
    "platform_marks": "未上表的平台",
    "present": "仍在",
    "removed": "拆除",
    "transferred": "移交",
    "elsewhere": "他人填报",
    "void": "已不适用",
    "registered": "入库条数",
    "camera": "摄像机",
    "pole": "杆件",
    "platform": "平台",
    "new": "新增",
    "unchanged": "未变",
    "reactivated": "恢复",
    "agencies.division": "区划",
    "agencies.divisionalias": "区划别名",
    "agencies.placekind": "场所类别",
    "agencies.agency": "单位",
    "agencies.duty": "职责",
    "agencies.task": "任务",
    "agencies.taskparty": "任务单位",
}

VALUES: dict[tuple[str, str], str] = {
    ("limit", "idle"): "长时间未操作",
    ("limit", "absolute"): "满一个工作日",
    ("duty_class", "business"): "业务人员",
    ("duty_class", "system"): "系统管理员",
    ("duty_class", "security"): "安全管理员",
    ("duty_class", "audit"): "审计员",
    ("role", "clerk"): "填报员",
    ("role", "data_reviewer"): "数据局审核员",
    ("role", "police_reviewer"): "公安审核员",
    ("role", "office"): "领导小组办公室",
    ("role", "leader"): "领导",
    ("role", "sysadmin"): "系统管理员",
    ("role", "secadmin"): "安全管理员",
    ("role", "auditor"): "审计员",
    ("side", "data"): "数据局",
    ("side", "police"): "公安",
    ("kind", "rows"): "清单",
    ("device", "camera"): "摄像机",
    ("device", "platform"): "平台",
    ("mark", "present"): "仍在",
    ("mark", "removed"): "拆除",
    ("mark", "transferred"): "移交",
    ("mark", "elsewhere"): "他人填报",
    ("kind", "zero"): "零报告",
    ("way", "edit"): "修改",
    ("way", "paste"): "粘贴",
    ("way", "replace"): "替换",
    ("way", "fix"): "采用建议",
    ("way", "entry"): "在线填写",
    ("way", "map"): "在地图上点选位置",
    ("way", "remove"): "删除行",
    ("way", "undo"): "撤销",
    ("way", "keep"): "沿用在线修改",
    ("way", "settle"): "确认以哪个为准",
    ("choice", "file"): "文件",
    ("choice", "screen"): "在线修改",
    ("decision", "pass"): "通过",
    ("decision", "return"): "退回",
    ("decision", "question"): "疑问",
}


def action_word(code: str) -> str:
    return ACTIONS.get(code, code)


def object_word(label: str) -> str:
    return OBJECTS.get(label, label)


def fact_lines(facts: dict[str, object]) -> list[tuple[str, str]]:
    """Label and text of each fact, ready to be shown."""
    return [(FACTS.get(key, key), fact_text(value, key)) for key, value in facts.items()]


def fact_text(value: object, key: str = "") -> str:
    """A fact in one line. What cannot be seen (controls, direction marks) is spelt out: no name forges a line."""
    if value is None or value in ("", [], {}):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{FACTS.get(name, name)}：{fact_text(inner, name)}" for name, inner in value.items())
    if isinstance(value, list):
        return "、".join(fact_text(inner, key) for inner in value)
    text = VALUES.get((key, str(value)), str(value))
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
