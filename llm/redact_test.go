package llm

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMaskHidesWhatLeadsToAPerson(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"a mobile number":                   {"打我电话13800138000谢谢", "打我电话〔电话1〕谢谢"},
		"a mobile number in groups":         {"138 0013-8000 找老张", "〔电话1〕 找老张"},
		"a mobile number in full width":     {"电话：１３８００１３８０００", "电话：〔电话1〕"},
		"a mobile number with its country":  {"+86 13800138000", "〔电话1〕"},
		"a mobile number in characters":     {"加我一三八零零一三八零零零", "加我〔电话1〕"},
		"a telephone":                       {"物业 0546-2567890 没人接", "物业 〔电话1〕 没人接"},
		"a house number beside a phone":     {"3-2-501 13800138000", "3-2-501 〔电话1〕"},
		"two phones side by side":           {"13800138000 13900139000", "〔电话1〕 〔电话2〕"},
		"the same phone twice":              {"13800138000，对，13800138000", "〔电话1〕，对，〔电话1〕"},
		"an ID number":                      {"身份证37050219860312451X", "身份证〔证件1〕"},
		"an ID number in groups":            {"370502 19860312 4517", "〔证件1〕"},
		"an ID number of the old kind":      {"370502860312451", "〔证件1〕"},
		"a bank card":                       {"卡号6222021604001234567", "卡号〔银行卡1〕"},
		"a bank card in groups":             {"6222 0216 0400 1234 567", "〔银行卡1〕"},
		"a plate":                           {"鲁E12345堵门口了", "〔车牌1〕堵门口了"},
		"a plate with a dot":                {"鲁E·A1234挪一下", "〔车牌1〕挪一下"},
		"a green plate":                     {"粤AD12345又停消防通道", "〔车牌1〕又停消防通道"},
		"an e-mail":                         {"发到zhang.san@qq.com.cn吧", "发到〔邮箱1〕吧"},
		"an account":                        {"加微信：lao_zhang88", "加微信：〔账号1〕"},
		"a name that is given":              {"王建国又打人了", "〔甲〕又打人了"},
		"a name that is told as one":        {"户主：刘翠花", "户主：〔姓名1〕"},
		"a nickname with signs":             {"@3-2-501老周(男) 在吗", "@〔甲〕 在吗"},
		"a forged token":                    {"〔甲〕是坏人", "〔符1〕是坏人"},
		"help lines stay":                   {"打110、119、12345都没用", "打110、119、12345都没用"},
		"days and times stay":               {"20261110 2026-11-10 08:30停水", "20261110 2026-11-10 08:30停水"},
		"houses, prices and amounts stay":   {"12栋3单元1502，99.9元，5000步", "12栋3单元1502，99.9元，5000步"},
		"a number of no known kind is gone": {"订单号123456789012", "订单号〔号码1〕"},
	} {
		t.Run(name, func(t *testing.T) {
			m := NewMask("王建国", "3-2-501老周(男)", "李")
			got := m.Hide(c.text)
			if strings.ContainsRune(c.want, '〔') && got != c.want || !strings.ContainsRune(c.want, '〔') && got != c.text {
				t.Errorf("%q became %q, want %q", c.text, got, c.want)
			}
			if back := m.Show(got); back != c.text {
				t.Errorf("shown again: %q", back)
			}
		})
	}
}

func TestMaskKeepsPeopleApart(t *testing.T) {
	m := NewMask("张三", "张三丰", "李")
	if got := m.Hide("张三丰说张三没来，李没说"); got != "〔甲〕说〔乙〕没来，李没说" {
		t.Error(got)
	}
	if got := m.Name("李") + m.Name("张三") + m.Name(""); got != "〔丙〕〔乙〕某人" {
		t.Error(got)
	}
	for range 30 {
		m.Name(strings.Repeat("人", len(m.hidden)+2))
	}
	seen := map[string]bool{}
	for _, h := range m.hidden {
		if seen[h.token] {
			t.Fatalf("%s stands for two", h.token)
		}
		seen[h.token] = true
	}
}

// private draws something that must never leave the house.
func private(t *rapid.T) string {
	digits := func(n int) string { return rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, n)).Draw(t, "digits") }
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		return rapid.SampledFrom([]string{"", "+86", "86-"}).Draw(t, "country") + "1" + rapid.StringMatching(`[3-9]`).Draw(t, "net") + digits(1) +
			rapid.SampledFrom([]string{"", " ", "-"}).Draw(t, "gap") + digits(4) + digits(4)
	case 1:
		return rapid.StringMatching(`[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][0-9]{4}[0-9X]`).Draw(t, "id")
	case 2:
		return rapid.StringMatching(`6[0-9]{15}|62[0-9]{17}|62[0-9]{2} [0-9]{4} [0-9]{4} [0-9]{4} [0-9]{3}`).Draw(t, "card")
	case 3:
		return rapid.StringMatching(`[鲁粤京川][A-H][A-H0-9]{4}[0-9]`).Draw(t, "plate")
	}
	return rapid.StringMatching(`[a-z]{3,8}[0-9]{0,4}@[a-z]{2,6}\.(com|cn|net)`).Draw(t, "mail")
}

func TestMaskNeverLetsAPrivateWordThrough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chat := rapid.StringMatching(`[在吗请问楼下的灯坏了，。！ 〔〕甲乙]{0,12}`)
		name := rapid.StringMatching(`[张王李][伟芳娜秀][英强磊]`).Draw(t, "name")
		m := NewMask(name)
		var text strings.Builder
		secrets := []string{name}
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			s := private(t)
			secrets = append(secrets, s)
			text.WriteString(chat.Draw(t, "chat") + "：" + s + "，" + chat.Draw(t, "chat") + name)
		}
		got := m.Hide(text.String())
		for _, s := range secrets {
			if strings.Contains(got, s) {
				t.Fatalf("%q is still in %q", s, got)
			}
		}
		if back := m.Show(got); back != text.String() {
			t.Fatalf("%q came back as %q", text.String(), back)
		}
	})
}

func TestMaskGivesAnyTextBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := NewMask(rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "names")...)
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9 \-甲〔〕符1电话x@.]{0,40}`)).Draw(t, "text")
		if back := m.Show(m.Hide(text)); back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
	})
}
