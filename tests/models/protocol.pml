// One consumer in full, a second one of which only the calls matter, and writers. What must hold:
//
// bell_missed   While the consumer believes to sleep, is not stopped and has nothing to answer, it has applied every
//               commit whose bell, if there was one, was delivered.
// copy_differs  A pull that does not read everything anew finds each change in the journal.

#include "database.pml"
#include "calls.pml"

bit bell_missed, copy_differs;

active proctype watch() {
end:
  atomic {
    belief == sleeping && !busy && !late && !bell && (committed & told) -> bell_missed = 1; assert(!bell_missed)
  }
}

active proctype neighbour() {
end:
  do
  :: acknowledge(1); atomic { END_CALL }
  :: atomic { row_lease[1] && !row_asleep[1] && BEGIN_CALL(1) } fall_asleep(1); atomic { END_CALL }
  :: atomic { row_asleep[1] && BEGIN_CALL(1) } wake(1); atomic { END_CALL }
  :: atomic { row_lease[1] && BEGIN_CALL(1) } release(1); atomic { END_CALL }
  od
}

active proctype consumer() {
  byte seen;     // the pull's snapshot: the commits that it sees and we had not applied
  bit reached;   // its xmin has reached X
  bit followed_then;
end:
  do
  :: acknowledge(0);
     atomic {
       if
       :: done && !unbroken -> belief = awake; x = 0; late = !until
       :: done && unbroken -> late = !until
       :: !done  // refused: tried again later
       fi;
       END_CALL; busy = 0
     }

  // Pull. One that can find nothing and change nothing is left out.
  :: atomic { bell || committed || belief == falling || !loaded ->
       busy = 1; bell = 0; seen = committed; reached = belief == falling && !x }
     followed_then = followed > 0;
     d_step {
       copy_differs = loaded && followed_then && (seen & skipped & ~gap);
       assert(!copy_differs);
       loaded = 1; committed = committed & ~seen; skipped = skipped & ~seen; gap = gap & ~seen;
       belief = (reached -> sleeping : belief);
       seen = 0; reached = 0; followed_then = 0; busy = 0
     }

  :: atomic { belief == awake && row_lease[0] && BEGIN_CALL(0) }
     fall_asleep(0);
     if
     :: atomic { done -> END_CALL }
        atomic { x = running; belief = falling; busy = 0 }
     :: atomic { !done -> END_CALL; busy = 0 }
     fi

  :: atomic { belief != awake && BEGIN_CALL(0); belief = awake; x = 0 }
     wake(0);
     atomic { END_CALL; busy = 0 }
  od
}

init {
  atomic {
    run writer(0);
#if TRANSACTIONS > 1
    run writer(1)
#endif
  }
}
