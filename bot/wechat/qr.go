package wechat

import (
	"fmt"
	"io"
	"strings"

	"rsc.io/qr"
)

// draw draws a QR code of text with half blocks, two rows a line, light on dark
// terminals and dark on light ones alike. Nowhere: nothing.
func draw(to io.Writer, text string) {
	if to == nil {
		return
	}
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		fmt.Fprintln(to, text) // too long for a code: it can still be read
		return
	}
	const quiet = 2 // modules around it
	var out strings.Builder
	for y := -quiet; y < code.Size+quiet; y += 2 {
		out.WriteString("\x1b[30;47m") // black on white, whatever the terminal's colours
		for x := -quiet; x < code.Size+quiet; x++ {
			switch upper, lower := code.Black(x, y), code.Black(x, y+1); {
			case upper && lower:
				out.WriteString("█")
			case upper:
				out.WriteString("▀")
			case lower:
				out.WriteString("▄")
			default:
				out.WriteString(" ")
			}
		}
		out.WriteString("\x1b[0m\n")
	}
	fmt.Fprintf(to, "\n%s%s\n\n", out.String(), text)
}
