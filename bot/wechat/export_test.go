package wechat

import "time"

// IdleAfter sets how long a session goes without news before its cookies are renewed.
func (c *Channel) IdleAfter(d time.Duration) { c.idle = d }
