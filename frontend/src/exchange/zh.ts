/** Export and import in Chinese (simplified), by the English sentence. */
export const zhExchange = {
  'Export and import': '导出与导入',
  Export: '导出',
  Import: '导入',
  Format: '格式',
  'From frame': '从帧',
  'to frame': '到帧',
  every: '每隔',
  'With the pictures of these frames': '包含这些帧的图像',
  'COCO JSON at once': '立即下载 COCO JSON',
  'All masks of the whole video, without a manifest': '整个视频的所有掩码，不含清单',
  'There is no object yet.': '还没有对象。',
  Download: '下载',
  'The import was cancelled.': '导入已取消。',
  'The masks are in; Track fills the frames between them.': '掩码已导入；“跟踪”会补全其间的帧。',
  'Reading the file': '正在读取文件',
  'Keep these masks: tracking never draws over them': '保留这些掩码：跟踪不会覆盖它们',
  'Another file': '换一个文件',
  'Import anyway': '仍然导入',
  'Masks become objects of this session, boxes become prompts. COCO, YouTube-VIS, DAVIS, MOTS, SA-V, CVAT and others are known by what is in them; a folder comes as a zip.':
    '掩码会成为此会话的对象，框会成为提示。COCO、YouTube-VIS、DAVIS、MOTS、SA-V、CVAT 等格式可由内容识别；文件夹请打包为 zip。',
  'Choose a file': '选择文件',
  '{masks} masks, {boxes} boxes, frames {first} to {last}':
    '{masks} 个掩码，{boxes} 个框，第 {first} 至 {last} 帧',
  'and {count} more': '以及另外 {count} 条',
} as const;
