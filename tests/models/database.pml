// What the protocol is played on: time, the sequences, the rows, and the transactions of writers.
//
// Time   A lease is held as what is left of it, in ticks; at 0 it is over. A tick may come at any moment, so whoever
//        takes no step meanwhile is one that was stopped or slow. There is no end to time.
// Ids    Only their order matters, and only against an X: "ids below X" is the set of transactions that had theirs
//        when X was taken. X itself is over at once, so a snapshot's xmin has reached X when none of that set runs.
// Slots  A transaction is a bit. Once the consumer has applied it, or it was rolled back, the bit stands for the next
//        one: TRANSACTIONS is how many there are at a time, and there is no end to them either.

#define BIT(t) (1 << (t))
#define OTHER(c) (1 - (c))
#define MAX(a, b) ((a) > (b) -> (a) : (b))
#define MIN(a, b) ((a) < (b) -> (a) : (b))
#define AGE(left) left = left - (left > 0)
#define FRESH 2  // just renewed: alive for one tick more

// Sequences: a write is seen at once, and no rollback takes it back.
byte lease;     // writers journal while it lives
byte followed;  // pulls go by the journal while it lives
byte gap;       // the transactions below it
byte asleep;    // the flag: writers ring while it lives

// The table edge.consumer, and the call that has locked it.
byte row_lease[2], row_asleep[2];  // what is left; row_asleep 0: awake, or over
bit locked;
byte old, until;     // the lease it found, the lease it gives
bit unbroken, done;  // the sleep that it renews had not run out; it has committed

// Transactions.
byte running;     // with an id, and not over
byte committed;   // and not yet applied by the consumer
byte told = 255;  // whose bell, if they rang, was delivered
byte skipped;     // with a change that was not journaled

// The consumer.
mtype:belief = { awake, falling, sleeping };
mtype:belief belief = awake;
byte x;      // those that have an id below its X, and still run
bit loaded;  // it has a copy
bit bell;    // rung, and not yet answered by a pull
bit busy;    // in a call or a pull
bit late;    // its lease ran out, and it has not acknowledged since

active proctype clock() {
end:
  do
  :: d_step {
      true ->
      AGE(lease); AGE(followed); AGE(asleep); AGE(old); AGE(until);
      AGE(row_lease[0]); AGE(row_lease[1]); AGE(row_asleep[0]); AGE(row_asleep[1]);
      late = late || !row_lease[0]
    }
  od
}

#define TAKEN(t) ((running | committed | ~told) & BIT(t))
#define END_TRANSACTION(t) running = running & ~BIT(t); x = x & ~BIT(t); changes = 0

// A transaction: changes, each with its trigger, then the end. A trigger read its clock before the lease and the flag:
// what is over by that clock is over now. What is over now may still be alive by that clock, so a change may be
// journaled though nobody follows; one that rings though nobody sleeps is left out, since it harms nobody.
proctype writer(byte t) {
  byte changes;
  bit rings;
end:
  do
  :: atomic { !TAKEN(t) && (t == 0 || TAKEN(t - 1)) -> running = running | BIT(t); told = told & ~BIT(t) }
    do
    :: atomic { changes < STATEMENTS && !lease -> changes++; skipped = skipped | BIT(t) }
    :: atomic { changes < STATEMENTS -> changes++ }  // and journals
       if
       :: atomic { asleep || rings -> rings = 1 }
       :: !asleep && !rings
       fi
    :: atomic { changes && !rings ->  // commits
         END_TRANSACTION(t); committed = committed | BIT(t); told = told | BIT(t); break }
    :: atomic { changes && rings -> END_TRANSACTION(t); committed = committed | BIT(t) }
       atomic { told = told | BIT(t); bell = 1; rings = 0; break }
    :: atomic { changes ->  // rolls back
         END_TRANSACTION(t); told = told | BIT(t); skipped = skipped & ~BIT(t); gap = gap & ~BIT(t); rings = 0; break }
    od
  od
}
