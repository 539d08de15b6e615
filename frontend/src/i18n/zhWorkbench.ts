/** The workbench's sentences in Chinese (simplified), by the English one: tools, objects, classes, sessions. */
export const zhWorkbench = {
  // undo, refusals
  Undo: '撤销',
  'Somebody has changed this since, so it stays as it is.': '其他人已更改此处，因此保持不变。',
  '{name} is locked; unlock it first.': '{name} 已锁定；请先解锁。',
  '{name} removed.': '已移除 {name}。',
  'There is no tracked range to decide on.': '没有需要决定的跟踪范围。',
} as const;
