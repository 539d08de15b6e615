/** Who is here, in Chinese (simplified), by the English sentence. */
export const zhPresence = {
  'Also here: {names}': '也在此处：{names}',
  Follow: '跟随',
  'Following {name}': '正在跟随 {name}',
  'Frame {frame}': '第 {frame} 帧',
  'Left out: {names}. {person} is editing.': '已略过：{names}。{person} 正在编辑。',
  Stop: '停止',
  'Take over': '接手',
  'The person you followed has gone.': '你跟随的人已离开。',
  'Who is here': '谁在这里',
  'You ({name})': '你（{name}）',
  'Your name, for the others': '其他人看到的你的名字',
  'editing {names}': '正在编辑 {names}',
  '{person} is editing this object': '{person} 正在编辑此对象',
  '{person} is editing {name}: wait a moment, or take it over.':
    '{person} 正在编辑 {name}：请稍候，或接手编辑。',
  '{person} took over {name}.': '{person} 接手了 {name}。',
};
