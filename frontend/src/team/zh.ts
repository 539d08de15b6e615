/** Links, people, roles and tokens in Chinese (simplified), by the English sentence. */
export const zhTeam = {
  // roles
  Viewer: '查看者',
  Reviewer: '审核者',
  Annotator: '标注者',
  Owner: '所有者',
  'Looks, plays and downloads; changes nothing.': '可查看、播放和下载；不能更改任何内容。',
  'Comments, accepts and rejects; draws nothing.': '可评论、接受和拒绝；不能绘制。',
  'Clicks, draws, tracks, imports and comments.': '可点击、绘制、跟踪、导入和评论。',
  'Does everything, and decides who else may.': '可做一切，并决定其他人的权限。',
  'An owner can give you a link that lets you do more.': '所有者可以给您权限更高的链接。',
  'You look on here, so nothing is changed: an owner can give you a link that lets you.':
    '您在此仅可查看，因此没有任何更改：所有者可以给您权限更高的链接。',
  // joining
  Join: '加入',
  'You are invited': '您已受邀',
  'Your name': '您的名字',
  'You come in as {name}.': '您将以 {name} 的身份进入。',
  'Access ends with the link, unless you set a role under People.':
    '除非您在“成员”中设置角色，否则访问权限随链接一同结束。',
  Passphrase: '口令',
  'Others see your name beside your cursor and your comments.':
    '其他人会在您的光标和评论旁看到您的名字。',
  'This link is not whole': '此链接不完整',
  'Open the whole link again, as it was sent to you: its end is the key.':
    '请重新打开完整的链接：链接的末尾就是密钥。',
  'This link leads nowhere now': '此链接已失效',
  'This link has expired; ask whoever sent it for a new one.':
    '此链接已过期；请向发送者索取新的链接。',
  'This link has been used as often as it may be; ask whoever sent it for a new one.':
    '此链接的使用次数已用完；请向发送者索取新的链接。',
  'This link was revoked; ask whoever sent it for a new one.':
    '此链接已被撤销；请向发送者索取新的链接。',
  'There is no such link; see that you have the whole of it, or ask for a new one.':
    '没有这个链接；请确认链接完整，或索取新的链接。',
  'This link asks for a passphrase; whoever sent it knows it.': '此链接需要口令；发送者知道口令。',
  'That is not the passphrase of this link.': '这不是此链接的口令。',
  'Too many tries from here; wait a minute, then try again.': '尝试次数过多；请稍候一分钟再试。',
  'The server does not answer; see that it is running, then try again.':
    '服务器没有响应；请确认它正在运行，然后重试。',
  // outside
  'Your access has ended': '您的访问权限已结束',
  'This Masklet is closed': '此 Masklet 不对外开放',
  'Your link was revoked or has run out, or you signed out. Masks that the server has are safe. To go on, ask whoever invited you for a new link.':
    '您的链接已被撤销或已到期，或者您已退出。服务器上的掩码是安全的。要继续，请向邀请者索取新的链接。',
  'People come in by a link. Open the one that somebody sent you, or ask whoever runs this server for one; at its first start it printed a link for the owner.':
    '需要通过链接进入。请打开别人发给您的链接，或向服务器管理者索取；服务器首次启动时会显示所有者链接。',
  'Sign in': '登录',
  'This session is closed to you now': '此会话已对您关闭',
  'It was deleted, or your access to it has ended. Ask whoever invited you.':
    '它已被删除，或您的访问权限已结束。请联系邀请者。',
  // who one is
  '{name}: your name, keys and the way out': '{name}：您的名字、令牌和退出',
  'Change your name': '更改您的名字',
  'People and links': '成员与链接',
  'Of the whole server': '整个服务器',
  'API tokens': 'API 令牌',
  'Sign out': '退出',
  // sharing
  Share: '分享',
  'Invite people to this session': '邀请他人加入此会话',
  'Invite people to this project': '邀请他人加入此项目',
  'Share this session': '分享此会话',
  'Share this project': '分享此项目',
  'People of this server': '此服务器的成员',
  'Whoever may see this session sees it by this link, live':
    '有权查看此会话的人可通过此链接实时查看',
  'New link': '新链接',
  'Whoever opens it is': '打开链接的人是',
  'It is good for': '有效期',
  'How many people': '可用人数',
  'any number': '不限',
  none: '无',
  'What it is for': '用途',
  'A name for you to know it by': '便于您识别的名称',
  'Make a link': '创建链接',
  'The new link': '新链接地址',
  'It is shown now and never again: Masklet keeps no copy of its key.':
    '仅显示这一次：Masklet 不保存其密钥。',
  Copy: '复制文本',
  Copied: '已复制',
  Links: '链接',
  Revoke: '撤销',
  'Revoke {name}': '撤销 {name}',
  'Whoever came in by it is out at once': '通过它进入的人会立即失去访问权限',
  People: '成员',
  'Nobody has come in yet.': '还没有人加入。',
  you: '您',
  'Role of {name}': '{name} 的角色',
  'Signed in, and has no role yet': '已登录，但尚无角色',
  'no role': '无角色',
  'In the whole project': '整个项目中',
  'On the whole server': '整个服务器上',
  'Nothing is shared with you at present. Ask whoever invited you for a link.':
    '目前没有与您分享的内容。请向邀请者索取链接。',
  'Their access ends at once': '其访问权限会立即结束',
  // what a link is good for
  'an hour': '一小时',
  'a day': '一天',
  'a week': '一周',
  '30 days': '30 天',
  'no end': '无期限',
  expired: '已过期',
  '{count} days left': '剩余 {count} 天',
  'not used yet': '尚未使用',
  'used just now': '刚刚使用',
  'used {count} min ago': '{count} 分钟前使用',
  'used {count} h ago': '{count} 小时前使用',
  'used {count} days ago': '{count} 天前使用',
  passphrase: '有口令',
  'any number of people': '人数不限',
  'used up': '已用完',
  'one use left': '剩余 1 次',
  '{count} uses left': '剩余 {count} 次',
  // tokens
  'A program that sends a token may do what its role may, in its place, in your name.':
    '发送令牌的程序可在其范围内，以您的名义，按其角色的权限操作。',
  'The new token': '新令牌',
  'Project “{name}”': '项目“{name}”',
  'a place that you do not see any more': '您已无法查看的位置',
  'It is shown now and never again. Send it as “Authorization: Bearer …”; masklet and its Python client take it from MASKLET_TOKEN.':
    '仅显示这一次。请以“Authorization: Bearer …”发送；masklet 及其 Python 客户端会读取 MASKLET_TOKEN。',
  'New token': '新令牌表单',
  Place: '范围',
  Role: '角色',
  'Make a token': '创建令牌',
  Tokens: '令牌',
  'The whole server': '整个服务器范围',
} as const;
