"""The rows of the source documents, word for word, and the workbooks staff type them into."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from marketing_sheets import Language, generate_workbook
from marketing_sheets.loading import library_template
from marketing_sheets.template import Column, TableSheet, Template
from marketing_sheets.texts import fold_label

__all__ = ["DOCUMENTS", "EXPECTED", "PERIODS", "ROWS", "table", "tables", "typed"]

FIRST_ROW = 7


# The campaign's days: they give dates without a year theirs.
PERIODS: Mapping[str, tuple[date, date]] = {
    "strategy_tracking": (date(2024, 6, 20), date(2024, 7, 31)),
    "campaign_process": (date(2024, 6, 1), date(2024, 6, 20)),
    "execution_plan": (date(2024, 5, 6), date(2024, 7, 28)),
    "promotion_tracking": (date(2023, 5, 1), date(2023, 7, 23)),
    "campaign_review": (date(2024, 7, 1), date(2024, 7, 15)),
}


def table(text: str) -> list[list[str]]:
    """Return the rows of a table, its header first."""
    return [*csv.reader(io.StringIO(text.strip()))]


# Per workbook and sheet: the header as the document prints it, and its rows.
DOCUMENTS: Mapping[str, Mapping[str, str]] = {
    "strategy_tracking": {
        "strategy_master": """
策略模块,核心目标,执行部门,关键动作,计划时间,实际时间,完成状态,进度%,存在问题,解决方案,负责人
品牌声量提升,小红书曝光量2000万,市场部,KOL种草(100篇笔记),2024.07.01-07.31,2024.07.03-08.02,延期,90%,3篇笔记审核超时,增加1名审核专员,*经理
销售转化,线上销售额15万,销售部,抖音直播带货(4场),2024.07.15-07.30,2024.07.15-07.30,已完成,100%,-,-,*主管
""",
        "strategy_phases": """
活动阶段,关键任务,任务描述,负责人,计划开始/结束时间,实际开始/结束时间,延迟原因(若有),当前状态,产出物
预热期,渠道预热,小红书、微博发布预告,*专员,2024.06.20-06.25,2024.06.20-06.25,-,已完成,预告海报3张、话题页
爆发期,直播带货,主播讲解+限时折扣,*主管,2024.06.28-07.05,2024.06.28-07.06,服务器故障延迟1天,已完成,直播回放4场、订单明细
返场期,用户复购激励,发放复购优惠券,*经理,2024.07.07-07.15,2024.07.07-07.15,-,已完成,优惠券核销记录
""",
        "strategy_effect": """
指标类别,具体指标,目标值,实际值,达成率,同比/环比,备注(如优势/不足)
过程指标,小红书笔记曝光量,2000万,2200万,110%,环比+15%,KOL头部账号贡献60%曝光
过程指标,直播率,8%,6.5%,81%,环比-2%,封面文案吸引力不足
结果指标,线上销售额,15万,18万,120%,环比+30%,限时折扣刺激消费效果显著
结果指标,用户转化率,5%,4.2%,84%,环比+0.5%,"新客转化率低,老客复购为主"
""",
        "strategy_issues": """
问题描述,发生阶段,影响程度,责任部门/人,解决措施,预计解决时间,实际解决时间,状态
线下门店赠品缺货,爆发期,高,销售部/*主管,紧急调货仓库备用赠品,2024.07.03,2024.07.04,已解决
KOL爽约,预热期,中,市场部/*经理,"启用备用KOL名单,费用不变",2024.06.22,2024.06.23,已解决
服务器卡顿,爆发期,高,运营部/*工程师,"增加服务器带宽,优化代码",2024.06.29,2024.06.30,已解决
""",
        "responsibility_matrix": """
策略动作,责任部门,负责人,配合部门
小红书KOL种草,市场部,*经理,设计部(素材)
直播带货转化,销售部,*主管,运营部(数据)
""",
    },
    "campaign_process": {
        "task_tracking": """
任务名称,责任人,协作部门,计划完成时间,实际完成时间,状态(进行中/已完成/延期),问题描述(若延期)
物料设计定稿,设计组*,市场部,2024-06-05,2024-06-06,已完成,-
电商平台资源对接,渠道组*,销售部,2024-06-08,2024-06-10,延期,平台排期冲突
现场人员培训,人力组*,-,2024-06-12,2024-06-12,进行中,-
""",
        "campaign_daily": """
日期,渠道,曝光量,点击率,转化率,新增用户,销售额(元),异常说明
2024-06-10,朋友圈,50000,2.1%,3.5%,175,35000,-
2024-06-10,线下门店,2000,-,8.0%,160,32000,客流低于预期20%
""",
        "effect_summary": """
评估维度,目标值,实际值,达成率,分析说明
销售额,100万,120万,120%,"促销力度大,用户复购超预期"
新增用户数,2万,1.8万,90%,线下引流渠道效果未达预期
品牌搜索指数,提升30%,提升45%,150%,社交媒体话题传播效果好
用户满意度,90%,92%,102%,活动体验环节设计合理
ROI(投入产出比),1:3,1:3.5,117%,"成本控制得当,销售额超预期"
""",
        "activity_plan_budget": """
科目,金额,说明
人力成本,,含策划、执行人员薪酬
物料制作费,,海报、礼品等
推广费,,渠道广告、KOL合作
第三方服务费,,场地租赁、技术支持
应急预备金,,预算总额的10%
""",
    },
    "execution_plan": {
        "execution_plan": """
策略模块,核心目标,具体执行措施,负责人,协作部门,时间节点,资源需求,进度状态,风险预案,备注
目标用户增长,3个月内新增用户5万人,"小红书种草笔记10篇(KOL合作3人+素人7人),抖音直播4场(每周1场)",*(市场部),(设计部)、(运营部),第1-12周,预算3万元(含KOL费用1.5万),第1周:笔记2篇发布,种草笔记数据低于预期:增加素人投放数量,重点监测笔记互动率
品牌曝光提升,社交媒体总曝光量达1000万,"公众号推文8篇,微博话题#品牌体验#置顶,联合3家行业媒体发布评测",*(品牌部),*(内容部),第1-10周,预算1.2万元(媒体合作费),第1周:推文1篇发布,媒体排期冲突:提前2周确认档期,话题阅读量每周汇总
促销转化,线上销量提升30%,"满减活动(满300减50),老用户专属折扣9折,社群限时秒杀(每周1次)",*(销售部),*(运营部),第3-8周(活动期),预算2万元(活动折扣成本),第3周:活动上线,竞品同期降价:增加赠品品类(如定制周边),每日销量数据同步
数据监控与复盘,保证策略可跟进、可优化,"每日数据报表(曝光//转化),周复盘会(每周五),最终报告(第12周)",*(数据部),全体部门,持续执行,无(数据工具已配置),持续进行,数据延迟:备用手动统计表,复盘报告需包含改进方案
""",
    },
    "promotion_tracking": {
        "promotion_master": """
推广阶段,核心目标,关键任务,任务负责人,计划开始时间,计划结束时间,实际开始时间,实际结束时间,预算金额(元),实际支出(元),执行进度(%),核心KPI指标,当前达成值,问题记录,解决方案,备注
筹备期,完成推广前期准备,KOL名单筛选与签约,内容专员*,202X-05-01,202X-05-07,202X-05-01,202X-05-06,"50,000","48,000",100,签约KOL数量≥10人,10人,无,无,涵盖头部、腰部、尾部KOL
,,推广素材制作(图文+视频),设计专员*,202X-05-03,202X-05-10,202X-05-03,202X-05-09,"30,000","28,000",100,素材通过率100%,100%,无,无,含3版A/B测试素材
启动期,实现初步声量积累,小红书KOL笔记发布(5篇),内容专员*,202X-05-11,202X-05-15,202X-05-11,202X-05-14,"25,000","24,500",100,笔记总阅读量≥20万,22万,1篇笔记互动率低,"增加“用户证言”内容,优化标题",已重新发布优化版
,,抖音信息流广告上线,推广专员*,202X-05-12,202X-06-20,202X-05-12,-,"150,000","80,000",50,率≥2%,2.1%,无,无,日均消耗1.5万
爆发期,驱动转化量增长,直播带货专场(6月10日),渠道经理*,202X-06-01,202X-06-10,202X-06-01,202X-06-10,"80,000","78,000",100,观看人数≥20万,25万,销售额未达预期,"增加限时秒杀环节,引导用户下单","实际销售额45万,目标50万"
收尾期,沉淀推广经验,用户反馈整理与分析,数据专员*,202X-06-15,202X-06-20,202X-06-15,202X-06-18,"10,000","9,500",100,有效反馈≥500条,520条,无,无,形成《用户反馈分析报告》
""",
        "promotion_detail": """
日期,任务内容,具体执行步骤,负责人,计划完成时间,实际完成时间,完成状态(未开始/进行中/已完成/延期),需协调资源,问题与反馈
6.1,直播选品与价格谈判,"筛选10款引流款(9.9元)、5款利润款(99元),与供应商谈判确认供货价与库存",渠道经理*,17:00,16:30,已完成,采购部*配合库存确认,"供应商A库存不足,已更换为供应商B"
6.2-6.5,直播脚本与流程设计,设计开场(5分钟)、产品讲解(60分钟)、互动抽奖(15分钟)、逼单促单(20分钟),内容专员*,6.518:00,6.519:00,已完成(延期1小时),无,"主播对产品卖点不熟悉,已增加产品培训环节"
6.6-6.9,直播预热素材投放,"制作短视频3条(突出“直播专属折扣”“限时秒杀”),投放抖音信息流,定向25-32岁女性",推广专员*,6.912:00,6.912:00,"进行中(截至6.910:00,消耗2万,率2.3%)",预算充足,"素材完播率65%,高于行业均值(60%)"
6.10,直播带货执行,"14:00-18:00直播,监控实时观看人数、互动率、转化率,调整讲解重点",渠道经理*,18:00,18:00,已完成,技术部*保障直播间流畅,"直播中途卡顿2分钟,已切换备用网络"
""",
        "channel_effect": """
渠道,推广内容,曝光量,点击量,点击率(%),转化量,转化率(%),成本(元),获客成本(元/人),增量销售额(元),ROI,达标情况,优化建议
小红书KOL,头部KOL(1篇),"150,000","15,000",10.0,225,1.5,"30,000",133.33,"90,000",3.0,达标,"增加腰部KOL投放,覆盖更多细分人群"
小红书KOL,腰部KOL(5篇),"650,000","52,000",8.0,780,1.5,"120,000",153.85,"312,000",2.6,达标,优化笔记发布时间(晚8-10点用户活跃度高)
抖音信息流,短视频素材A,"2,000,000","60,000",3.0,900,1.5,"90,000",100.00,"360,000",4.0,达标,"增加素材A投放预算,占比提升至60%"
抖音信息流,短视频素材B,"1,500,000","30,000",2.0,450,1.5,"45,000",100.00,"180,000",4.0,达标,"逐步减少素材B投放,率低于均值"
线下体验,5场活动,"500,000",-,-,300,-,"50,000",166.67,"120,000",2.4,未达标,"增加线上报名渠道,提前3天短信提醒用户"
""",
        "task_breakdown": """
任务内容,负责人,开始时间,结束时间,交付标准
头部KOL(10万粉)内容发布,内容专员*,第5周周一,第5周周三,"笔记阅读量≥5万,点赞≥1万"
直播带货专场执行,渠道经理*,第6周周六,第6周周日,"观看人数≥20万,销售额≥50万"
线下体验活动(5个城市),区域推广*,第7周周六,第7周周日,"每场参与人数≥200,留资率≥30%"
""",
    },
    "campaign_review": {
        "goal_alignment": """
活动名称,活动时间,活动负责人,目标用户群体,核心目标(定量),实际结果(定量),达成率
2024年夏季促销活动,2024.7.1-7.15,张经理,18-35岁女性用户,新增注册用户1万人;销售额200万元,新增注册用户8000人;销售额160万元,80%
""",
        "metric_evaluation": """
维度,指标名称,目标值,实际值,差异值,达成率,分析简述(未达/超额原因)
流量,曝光量,500万,450万,-50万,90%,"竞品同期投放增加,分流部分流量"
转化,注册转化率,5%,4%,-1%,80%,"注册步骤繁琐,用户流失"
收益,ROI,1:3,1:2.2,-0.8,73%,"推广成本超预算,客单价未达预期"
成本,总费用(万元),60,72,+12,120%,"紧急追加KOL投放费用,应对竞品冲击"
""",
        "improvement_actions": """
问题环节,具体问题描述,根因分析,改进措施,责任人,完成时间,预期效果
用户注册,"注册转化率仅4%,低于目标5%","注册步骤5步,用户操作耗时过长","简化注册流程,减少手机号验证",李策划,2024.8.10,转化率提升至5.5%
推广投放,短视频广告率低于行业均值20%,素材未突出“夏季促销”紧迫感,增加“限时限量”场景化话术,王主管,2024.8.5,率提升至行业均值
跨部门协作,活动物料延迟2天到仓,物流供应商对接失误,"新增备用物流供应商,提前7天备货",刘主管,2024.8.15,保证物料提前3天到仓
""",
        "experience_log": """
分类,经验/教训内容,适用场景,效果数据/案例,记录人,记录时间
成功经验,“短视频+直播”组合推广获客成本低,新品上市、品牌曝光活动,"新客占比提升20%,CAC降低15%",李策划,2024.7.20
改进教训,活动规则需提前测试用户理解度,有奖互动、裂变活动,本次30%用户反馈“规则看不懂”,王主管,2024.7.20
""",
    },
}


# Rows as staff may write them, for the sheets the documents name without drawing them.
NAMED: Mapping[str, Mapping[str, str]] = {
    "strategy_tracking": {
        "prep_checklist": """
准备类别,准备事项,完成标准,责任部门,负责人,计划完成时间,实际完成时间,状态,备注
宣传素材,海报与视频,海报3张、视频1条定稿,设计部,*专员,2024.06.24,2024.06.25,已完成(晚1天),-
,活动文案,5篇定稿,市场部,*专员,2024.06.26,-,进行中,-
""",
        "execution_report": """
日期,部门,进展,指标,目标值,实际值,偏差原因,下一步
7.1-7.7,市场部,发布笔记25篇,小红书曝光量,500万,450万,审核超时,增加审核专员
7.1,销售部,直播1场,直播点击率,8%,6.5%,封面不吸引,换封面
""",
        "preliminary_evaluation": """
指标,目标值,实际值,已剔除无效数据,数据来源,用户反馈,初步结论
销售额,15万,18万,是,后台截图,好评为主,超额
总费用,6万,7.2万,√,发票,-,超支
ROI,1:3,1:2.5,否,后台,-,未达
""",
    },
    "campaign_process": {
        "activity_register": """
活动编号,活动名称,负责人,预算总额(元),起止时间,审批人,审批日期,状态,备注
HD-001,618大促,张经理,"450,000",2024.6.1-6.20,市场总监,2024-05-20,进行中,-
""",
        "execution_log": """
日期,突发问题,处理措施,处理结果,处理人
2024-06-10,下雨,改为室内,照常进行,人力组*
""",
        "stage_review": """
阶段,指标,目标值,实际值,原因分析,调整措施,预期效果,责任人,完成时间
执行期,转化率,5%,4%,步骤多,减少步骤,提升至5.5%,李策划,2024.6.18
""",
        "cost_settlement": """
科目,预算金额(元),发票金额(元),凭证(发票/合同),超支/节约原因
推广费,"60,000","72,000",FP-01,紧急追加投放
人力成本,"20,000","18,000",HT-02,少用两人
""",
    },
    "promotion_tracking": {
        "dashboard": """
周次,渠道,曝光量,平均点赞,消耗(元),点击率,转化率,状态,备注
第3周,小红书,"1,200,000",800,"70,000",2.3%,1.5%,达标,-
,抖音,"900,000",300,"100,000",1.4%,1.2%,预警,-
""",
    },
}

ROWS = {name: {**sheets, **NAMED.get(name, {})} for name, sheets in DOCUMENTS.items()}

# Computed columns with the values the documents state or imply, in the order of their rows.
EXPECTED: dict[str, dict[str, list[Any]]] = {
    "strategy_master": {
        "start_delay": [2, 0],
        "delay_days": [2, 0],
        "planned_days": [31, 16],
        "actual_days": [31, 16],
    },
    "strategy_phases": {
        "start_delay": [0, 0, 0],
        "delay_days": [0, 1, 0],
        "planned_days": [6, 8, 9],
        "actual_days": [6, 9, 9],
    },
    "strategy_effect": {
        "achievement": [1.1, 0.8125, 1.2, 0.84],
        "variance": [2_000_000, -0.015, 30_000, -0.008],
        "verdict": ["met", "missed", "met", "missed"],
    },
    "strategy_issues": {"overdue_days": [1, 1, 1]},
    "responsibility_matrix": {},
    "task_tracking": {"delay_days": [1, 2, 0]},
    "campaign_daily": {"clicks": [1050, None], "sales_per_user": [200, 200]},
    "effect_summary": {
        "achievement": [1.2, 0.9, 1.5, 1.0222222222222221, 1.1666666666666667],
        "variance": [200_000, -2000, 0.15, 0.02, 0.5],
    },
    "activity_plan_budget": {},
    "execution_plan": {
        "week_from": [1, 1, 3, None],
        "week_to": [12, 10, 8, None],
        "week_count": [12, 10, 6, None],
        "budget": [30_000, 12_000, 20_000, 0],
    },
    "promotion_master": {
        "start_delay": [0, 0, 0, 0, 0, 0],
        # The fourth task is not finished: it counts up to the day of the data, 23 July.
        "delay_days": [-1, -1, -1, 33, 0, -2],
        "budget_gap": [-2000, -2000, -500, -70_000, -2000, -500],
        "budget_use": [0.96, 0.9333333333333333, 0.98, 0.5333333333333333, 0.975, 0.95],
        "kpi_target": [10, 1, 200_000, 0.02, 200_000, 500],
        "kpi_value": [10, 1, 220_000, 0.021, 250_000, 520],
        "kpi_achievement": [1, 1, 1.1, 1.05, 1.25, 1.04],
    },
    "promotion_detail": {"days": [1, 4, 4, 1], "delay_hours": [-0.5, 1, 0, 0]},
    "channel_effect": {
        "ctr_points": [10, 8, 3, 2, None],
        "cvr_points": [1.5, 1.5, 1.5, 1.5, None],
        "cac": [133.33333333333334, 153.84615384615384, 100, 100, 166.66666666666666],
        "roas": [3, 2.6, 4, 4, 2.4],
        "net_roi": [2, 1.6, 3, 3, 1.4],
        "cost_per_click": [2, 2.3076923076923075, 1.5, 1.5, None],
        "sales_per_conversion": [400, 400, 400, 400, 400],
    },
    "task_breakdown": {"days": [3, 2, 2]},
    "goal_alignment": {
        "achievement": [0.8],
        "share_1": [0.8],
        "share_2": [0.8],
        "share_3": [None],
        "days": [15],
    },
    "metric_evaluation": {
        "variance": [-500_000, -0.01, -0.8, 12],
        "achievement": [0.9, 0.8, 0.7333333333333333, 1.2],
        "gap_rate": [-0.1, -0.2, -0.26666666666666666, 0.2],
        "favourable": [0.9, 0.8, 0.7333333333333333, 0.8333333333333334],
        "verdict": ["close", "missed", "missed", "missed"],
    },
    "improvement_actions": {"overdue_days": [0, 0, 0]},
    "experience_log": {},
    # Open on the last day, 31 July, the second item is 35 days late.
    "prep_checklist": {"delay_days": [1, 35]},
    "execution_report": {"variance": [-500_000, -0.015], "achievement": [0.9, 0.8125]},
    "preliminary_evaluation": {
        "achievement": [1.2, 1.2, 0.8333333333333334],
        "verdict": ["met", "missed", "missed"],
    },
    "activity_register": {"days": [20]},
    "execution_log": {},
    "stage_review": {"variance": [-0.01], "achievement": [0.8], "verdict": ["missed"]},
    "cost_settlement": {"budget_gap": [12_000, -2000], "budget_use": [1.2, 0.9]},
    "dashboard": {},
}


def form_of(name: str) -> dict[str, object]:
    """Return the form of a workbook; figures are as of the campaign's last day."""
    start, end = PERIODS[name]
    return {
        "campaign_name": "2024年夏季促销活动",
        "department": "marketing",
        "owner": "*经理",
        "start_date": start,
        "end_date": end,
        "budget": 1_000_000,
        "as_of": end,
    }


def tables(template: Template) -> dict[str, TableSheet]:
    """Return the tables of a workbook by id."""
    return {sheet.id: sheet for sheet in template.tables}


def as_excel_keeps(text: str, column: Column) -> object:
    """Return what Excel makes of a text typed into the column's cells."""
    if column.type in ("quantity", "datetime", "date_range", "week", "condition", "text"):
        return text
    if re.fullmatch(r"[\d,]+(\.\d+)?", text):
        return float(text.replace(",", ""))
    if re.fullmatch(r"[\d.]+%", text):
        return float(text[:-1]) / 100
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return date.fromisoformat(text)
    return text


def typed(folder: Path, name: str, language: Language, *, by_hand: bool = False) -> Path:
    """Type the rows of a document into its generated workbook; computed cells are left alone.

    Every text stands as in the document; `by_hand` as Excel keeps it when a person types it.
    """
    path = folder / f"{name}-{language}-{by_hand}.xlsx"
    path.write_bytes(_typed(name, language, by_hand))
    return path


@cache
def _typed(name: str, language: Language, by_hand: bool) -> bytes:
    template = library_template(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        generate_workbook(template, path, language=language, form=form_of(name), rows=12)
        book = openpyxl.load_workbook(path)
    for sheet_id, text in ROWS[name].items():
        sheet = tables(template)[sheet_id]
        tab, rows, left = where(book, template, sheet, language, table(text)[1:])
        for row, cells in zip(rows, table(text)[1:], strict=True):
            for column, cell in zip(sheet.columns, cells, strict=False):
                if cell and not column.is_computed:
                    at = sheet.columns.index(column) + left
                    value = as_excel_keeps(cell, column) if by_hand else cell
                    tab.cell(row, at).value = value
    typed = io.BytesIO()
    book.save(typed)
    return typed.getvalue()


def where(
    book: Any, template: Template, sheet: TableSheet, language: Language, rows: list[list[str]]
) -> tuple[Any, list[int], int]:
    """Return the tab of a table, the row for each of its rows, and its first column.

    On a form's page the rows are there already, called as in the document.
    """
    form = template.host(sheet.id)
    if form is None:
        return book[sheet.label[language]], list(range(FIRST_ROW, FIRST_ROW + len(rows))), 1
    tab = book[form.label[language]]
    left = next(c.column for r in tab.iter_rows() for c in r if c.value == sheet.columns[0].id)
    names = {fold_label(str(c.value)): c.row for c in tab[get_column_letter(left)]}
    choices = template.choices[sheet.columns[0].choices or ""]
    labels = {item.label["zh-Hans"]: item.label[language] for item in choices.items}
    return tab, [names[fold_label(labels[row[0]])] for row in rows], left
