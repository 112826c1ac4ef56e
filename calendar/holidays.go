package calendar

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"
)

// known copies every day that lunar-go lists, true being worked. It asks once
// for all of this century, because lunar-go searches a global text that anyone
// may change, and its look-up of one year would stop at the first day that
// stands out of order.
func known() map[day]bool {
	listed := make(map[day]bool)
	for e := HolidayUtil.GetHolidays("20").Front(); e != nil; e = e.Next() {
		h := e.Value.(*HolidayUtil.Holiday)
		date, err := time.Parse(time.DateOnly, h.GetDay())
		if err != nil {
			continue // no day at all, so no day that could be asked for
		}
		listed[dayAt(date.Date())] = h.IsWork()
	}
	return listed
}

// announcement is a file in the shape of holiday-cn; other fields are ignored.
type announcement struct {
	Year int `json:"year"`
	Days []struct {
		Date     string `json:"date"`
		IsOffDay *bool  `json:"isOffDay"`
	} `json:"days"`
}

// readHolidays writes the days of a file, or of every *.json in a folder, over
// those listed.
func readHolidays(path string, listed map[day]bool) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	files := []string{path}
	if info.IsDir() {
		if files, err = filepath.Glob(filepath.Join(path, "*.json")); err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("%s: the folder has no .json file", path)
		}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := readAnnouncement(text, listed); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func readAnnouncement(text []byte, listed map[day]bool) error {
	var a announcement
	if err := json.Unmarshal(text, &a); err != nil {
		return err
	}
	if a.Year == 0 {
		return errors.New(`"year" is missing`)
	}
	for i, d := range a.Days {
		date, err := time.Parse(time.DateOnly, d.Date)
		switch {
		case err != nil:
			return fmt.Errorf(`days[%d]: "date" is %q; right would be "%d-10-01"`, i, d.Date, a.Year)
		case date.Year() < a.Year-1 || date.Year() > a.Year+1:
			// New Year's days off may begin or end in a neighbouring year.
			return fmt.Errorf("days[%d]: %s is far from the year %d", i, d.Date, a.Year)
		case d.IsOffDay == nil:
			return fmt.Errorf(`days[%d]: %s has no "isOffDay"; right would be true or false`, i, d.Date)
		}
		listed[dayAt(date.Date())] = !*d.IsOffDay
	}
	return nil
}
