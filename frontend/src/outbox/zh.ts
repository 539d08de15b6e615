/** What is said of unsent and contested edits, in Chinese (simplified), by the English sentence. */
export const zhOutbox = {
  'an object': '某个对象',
  'This had to wait for the connection and was then refused: {reason}':
    '此更改等待连接恢复后被拒绝：{reason}',
  '{name} changed {object} in the meantime.': '{name} 在此期间更改了 {object}。',
  '{name} removed {object} in the meantime.': '{name} 在此期间移除了 {object}。',
  '{name} changed the clicks on {object} on frame {frame} in the meantime.':
    '{name} 在此期间更改了 {object} 在第 {frame} 帧上的点击。',
  '{name} changed the mask of {object} on frame {frame} in the meantime.':
    '{name} 在此期间更改了 {object} 在第 {frame} 帧上的掩码。',
  '{name} decided on the tracked range in the meantime.': '{name} 在此期间已对跟踪的区间作出决定。',
  '{name} changed the order of the objects in the meantime.': '{name} 在此期间更改了对象的顺序。',
  '{name} renamed the session in the meantime.': '{name} 在此期间重命名了会话。',
  '{name} changed the classes in the meantime.': '{name} 在此期间更改了类别。',
  '{object} was changed in the meantime.': '{object} 在此期间已被更改。',
  '{object} was removed in the meantime.': '{object} 在此期间已被移除。',
  'The clicks on {object} on frame {frame} were changed in the meantime.':
    '{object} 在第 {frame} 帧上的点击在此期间已被更改。',
  'The mask of {object} on frame {frame} was drawn anew in the meantime.':
    '{object} 在第 {frame} 帧上的掩码在此期间已重新绘制。',
  'The tracked range was decided on in the meantime.': '在此期间已有人对跟踪的区间作出决定。',
  'The order of the objects was changed in the meantime.': '对象的顺序在此期间已被更改。',
  'The session was renamed in the meantime.': '会话在此期间已被重命名。',
  'The classes were changed in the meantime.': '类别在此期间已被更改。',
  'Do mine again': '重做我的更改',
  'Keep theirs': '保留对方的',
  'Keep it as it is': '保持现状',
  'Leave it removed': '保持移除',
  'Bring it back and do mine': '恢复该对象并执行我的更改',
  'Try it again': '再试一次',
  'Leave it': '放弃',
  'and {count} more': '还有 {count} 项',
  'Changes that were not made': '未完成的更改',
  '1 change is not sent yet; this browser keeps it.': '有 1 项更改尚未发送；此浏览器会保留它。',
  '{count} changes are not sent yet; this browser keeps them.':
    '有 {count} 项更改尚未发送；此浏览器会保留它们。',
  'Sending 1 change…': '正在发送 1 项更改…',
  'Sending {count} changes…': '正在发送 {count} 项更改…',
  'This needs the connection; do it when that is back.': '此操作需要连接；请在连接恢复后进行。',
  'This is not sent yet; take it back when the connection is there again.':
    '此更改尚未发送；请在连接恢复后再撤销。',
} as const;
