/** Of confirming elsewhere, of car parks and of invoices: the account's words, continued. */
export const payZh = {
  handover: {
    apps: { wechat: "微信", alipay: "支付宝" },
    agree: "确认",
    pay: "付款",
    sign: "签约",
    open: (app: string, what: string) => `打开${app}${what}`,
    waits: (app: string) => `正在等待${app}的确认，收到后本页自动更新。`,
    notYet: (app: string) => `还没有收到${app}的确认。如已确认，请稍等片刻。`,
    calledOff: "您在那边取消了，或没有成功；可以再试一次。",
    absent: (app: string) => `没能打开${app}，请复制链接后在${app}里打开。`,
    stuck: (app: string) => `没有打开${app}？请确认已安装，再点一次；或复制链接，在装有${app}的手机上打开。`,
    inThere: (app: string) => `这一步只能在${app}里完成：复制链接，在${app}里打开（例如发给自己再点开）。`,
    scan: (app: string) => `用手机上的${app}扫一扫，登录后确认。`,
    code: (app: string) => `本页的二维码，用${app}扫描`,
    copy: "复制链接",
    copied: "已复制",
    start: (app: string) => `打开${app}`,
    confirmed: "我已确认",
    looking: "正在查询…",
    signWaits: (channel: string) => `正在等待与${channel}的签约`,
    signWhy: (channel: string) => `在${channel}同意后会回到这里。没有回来也不要紧，签好后本页自动更新。`,
    signAgain: "重新打开",
    signDrop: "不签了",
    onlyThere: "这个登录方式只能在微信里使用，请在微信里打开本站。",
  },
  parkingRight: {
    title: "停车优惠",
    gives: (minutes: number, percent: number) =>
      [minutes ? `免停车费 ${minutes} 分钟` : "", percent >= 100 ? "停车费全免" : percent ? `停车费减 ${percent}%` : ""]
        .filter(Boolean)
        .join("，") || "停车场已知道您充过电",
    exit: {
      wait: "正在通知停车场，通常几秒钟。",
      drive: "闸机会认出您的车牌，直接开到出口即可。",
      show: "停车场没有您的车牌：在出口出示本页的订单号。",
      pay: "停车场没有接受这次优惠，停车费照常。如有疑问可在下面提出。",
      over: "离场时间已过，停车费可能照常计算。",
    },
    until: (time: string, minutes: number) => `请在 ${time} 前离场（还有 ${minutes} 分钟）`,
    was: (time: string) => `优惠到 ${time} 为止`,
    park: (name: string) => `停车场：${name}`,
    reference: (no: string) => `凭证号 ${no}`,
    showNumber: (no: string) => `订单号 ${no}`,
  },
};
