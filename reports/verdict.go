package reports

import "regexp"

// notAMatter finds reasons of 驳回 that say that the message was none: talk,
// fun, an advertisement, a misreading. Others ("不归社区管") say who must act.
var notAMatter = regexp.MustCompile(`闲聊|聊天|聊闲|不是(诉求|事项|问题|报修|反映|事)|非(诉求|事项)|没有?诉求|误(报|判|会|识别|认|读)|认错|看错|玩笑|开玩笑|段子|广告|团购|与?无关(内容|消息|信息)`)

// NotAMatter reports whether the reason of a rejection (驳回) says that the
// message was no matter at all.
func NotAMatter(reason string) bool { return notAMatter.MatchString(reason) }
