// A consumer's calls (db/edge/consumers.sql), each a transaction of its own under the lock on edge.consumer. With
// BROKEN_OFF, a call may end anywhere before its commit: its rows are rolled back, the sequences stay as they are.

#ifdef BROKEN_OFF
#define UNLESS_BROKEN(end) :: goto end
#else
#define UNLESS_BROKEN(end)
#endif

#define BEGIN_CALL(c) !locked -> locked = 1; busy = busy || c == 0
#define END_CALL old = 0; until = 0; unbroken = 0; done = 0; locked = 0

// To renew twice within a tick changes nothing, so it is left out.
inline acknowledge(c) {
  atomic { row_lease[c] != FRESH && BEGIN_CALL(c); old = followed; until = FRESH }
  lease = MAX(lease, until);
  if
  :: atomic { !old -> gap = running | committed }  // the clock is read after the lease was set
  :: atomic { old -> old = 0 }
  UNLESS_BROKEN(acknowledged)
  fi;
  if :: followed = MAX(followed, until) UNLESS_BROKEN(acknowledged) fi;
  if
  :: row_asleep[c] ->
     asleep = MAX(until, row_asleep[OTHER(c)]);
     unbroken = row_asleep[c] > 0  // the clock is read after the flag was set
  :: else
  fi;
  if
  :: atomic { row_lease[c] = until; row_asleep[c] = (unbroken -> until : 0); done = 1 }
  UNLESS_BROKEN(acknowledged)
  fi;
acknowledged:
}

inline fall_asleep(c) {
  asleep = MAX(row_lease[c], row_asleep[OTHER(c)]);
  if :: atomic { row_asleep[c] = row_lease[c]; done = 1 } UNLESS_BROKEN(fallen) fi;
fallen:
}

inline wake(c) {
  asleep = row_asleep[OTHER(c)];
  if :: row_asleep[c] = 0 UNLESS_BROKEN(woken) fi;
woken:
}

inline release(c) {
  followed = MIN(followed, row_lease[OTHER(c)]);
  if :: lease = MIN(lease, row_lease[OTHER(c)]) UNLESS_BROKEN(released) fi;
  asleep = row_asleep[OTHER(c)];
  if :: atomic { row_lease[c] = 0; row_asleep[c] = 0 } UNLESS_BROKEN(released) fi;
released:
}
