/** What is said of watches and holidays, apart from the finder's words, so that the first screen does not carry them. */
export const zh = {
  title: "空位提醒",
  begin: { FREES: "有空位时告诉我", DRIVING: "正开往这里：满位时告诉我" },
  beginning: "正在设置…",
  signIn: "登录后可在有空位时收到提醒",
  open: {
    FREES: (time: string) => `有空位时会告诉您一次，至 ${time}`,
    DRIVING: (time: string) => `满位时会告诉您一次，至 ${time}`,
  },
  rings: "本机会收到通知",
  here: "本机收不到推送：请让本页保持打开，到时在这里提示",
  refused: "您未允许通知：请让本页保持打开，到时在这里提示",
  end: "取消提醒",
  endNamed: (name: string) => `取消提醒：${name}`,
  told: {
    FREES: (name: string) => `${name} 有空位了`,
    DRIVING: (name: string) => `${name} 刚刚满位`,
  },
  toldAt: (time: string) => `${time} 已提醒`,
  first: "先到先得，可能很快被占用",
  other: (name: string, km: string, free: number) => `最近的是 ${name}：相距 ${km} 公里，空 ${free}`,
  noOther: "附近暂无可用空位",
  look: "查看",
  dismiss: "知道了",
  none: "没有提醒。站内无空位时，可在该站页面设置。",
  kinds: { FREES: "等空位", DRIVING: "前往中" },
  states: { OPEN: "等待中", TOLD: "已提醒", ENDED: "已结束" },
  until: (time: string) => `至 ${time}`,
  holiday: (name: string, days: string, percent: number) =>
    `${name}（${days}）：往年同期，本县充电站约 ${percent}% 的时间没有空位，请预留时间`,
  holidayBusy: (name: string, days: string, percent: number) =>
    `${name}（${days}）：往年同期，本县约 ${percent}% 的车位被占用，请预留时间`,
};

export type WatchWords = typeof zh;
