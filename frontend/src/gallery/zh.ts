/** Uploads in Chinese (simplified), by the English sentence. */
export const zhGallery = {
  'Waiting for its turn': '等待中',
  Uploading: '上传中',
  Paused: '已暂停',
  'Goes on by itself': '会自动继续',
  'Not uploaded': '未上传',
  '{sent} of {size}': '{sent} / {size}',
  'Pause the upload of {name}': '暂停上传 {name}',
  'Go on with the upload of {name}': '继续上传 {name}',
  'Cancel the upload of {name}': '取消上传 {name}',
  'Go on': '继续',
  'Try again now': '现在重试',
  Dismiss: '关闭',
  '{percent} % of {name} is uploaded: choose the same file again to go on.':
    '{name} 已上传 {percent} %：再次选择同一文件即可继续。',
  'Forget the unfinished upload of {name}': '忘记未完成的上传 {name}',
  'just now': '刚刚',
  'All sessions': '全部会话',
  '1 frame': '1 帧',
  'This file could not be read.': '无法读取此文件。',
} as const;
