package local

import "testing"

func TestNumbersAreReadAlikeButForTheHelpLines(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"516号楼1单元堵了", "0号楼0单元堵了"},
		{"快打119！", "快打119！"},
		{"119号楼的灯", "0号楼的灯"},
		{"１２栋 8-1-1102", "0栋 0-0-0"},
		{"没有数字", "没有数字"},
	} {
		if got := words(c.in); got != c.want {
			t.Errorf("words(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}
