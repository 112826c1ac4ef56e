package bot_test

import (
	"testing"
	"testing/synctest"
	"time"

	"youshi/bot"
	"youshi/grid"
)

func awake(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestPushedTime(t *testing.T) {
	inBubble(t, "stands still until it is pushed", func(t *testing.T) {
		clock := bot.NewPushed(monday)
		c, stop := clock.WakeAt(monday.Add(time.Hour))
		defer stop()
		time.Sleep(24 * time.Hour)
		if !clock.Now().Equal(monday) || awake(c) {
			t.Fatalf("after a day of standing still it is %v, woken: %v", clock.Now(), awake(c))
		}
		if err := clock.Set(monday.Add(time.Hour - time.Nanosecond)); err != nil || awake(c) {
			t.Fatalf("woken just before the time (%v)", err)
		}
		if err := clock.Set(monday.Add(time.Hour)); err != nil || !awake(c) {
			t.Fatalf("not woken at the time (%v)", err)
		}
	})
	inBubble(t, "never goes back", func(t *testing.T) {
		clock := bot.NewPushed(monday)
		if err := clock.Set(monday.Add(-time.Second)); grid.CodeOf(err) != grid.Invalid {
			t.Errorf("Set to the past = %v, want an invalid", err)
		}
		if !clock.Now().Equal(monday) {
			t.Errorf("it is %v after a refused push", clock.Now())
		}
	})
	inBubble(t, "runs by itself as fast as it is told", func(t *testing.T) {
		clock := bot.NewPushed(monday)
		c, stop := clock.WakeAt(monday.Add(2 * time.Hour))
		defer stop()
		clock.SetRate(120)
		time.Sleep(time.Minute - time.Millisecond)
		synctest.Wait()
		if awake(c) {
			t.Fatal("two hours at 120 times life take a minute; woken before")
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if !awake(c) {
			t.Fatal("two hours at 120 times life take a minute; not woken after")
		}
		clock.SetRate(0)
		now := clock.Now()
		time.Sleep(time.Hour)
		if !clock.Now().Equal(now) {
			t.Error("paused, it goes on")
		}
	})
	inBubble(t, "a push while it runs wakes who waits", func(t *testing.T) {
		clock := bot.NewPushed(monday)
		clock.SetRate(1)
		c, stop := clock.WakeAt(monday.Add(26 * time.Hour))
		defer stop()
		if err := clock.Set(monday.Add(27 * time.Hour)); err != nil || !awake(c) {
			t.Errorf("not woken (%v)", err)
		}
	})
	inBubble(t, "who gave up is not woken and leaves nothing behind", func(t *testing.T) {
		clock := bot.NewPushed(monday)
		clock.SetRate(1)
		c, stop := clock.WakeAt(monday.Add(time.Second))
		stop()
		stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if awake(c) {
			t.Error("woken after giving up")
		}
	})
}

func TestMachineTimeWakesWhenTheTimeHasCome(t *testing.T) {
	inBubble(t, "later", func(t *testing.T) {
		var clock bot.MachineTime
		begin := clock.Now()
		c, stop := clock.WakeAt(begin.Add(90 * time.Minute))
		defer stop()
		<-c
		if got := clock.Now().Sub(begin); got != 90*time.Minute {
			t.Errorf("woken after %v, want 90 minutes", got)
		}
	})
	inBubble(t, "at once for the past", func(t *testing.T) {
		c, stop := bot.MachineTime{}.WakeAt(time.Now())
		defer stop()
		if !awake(c) {
			t.Error("not woken")
		}
	})
}
