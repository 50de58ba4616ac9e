-- Invented users and posts to look at. NEVER IN PRODUCTION: every user's password
-- is `edge-demo`. Run by blog_owner, after schema.sql:
--
--   psql -d blog -f db/demo.sql
--
-- Promise   Safe to run again: what is there already stays as it is.

\set ON_ERROR_STOP on
begin;

-- Argon2id as libsodium's crypto_pwhash_str writes it, a salt for each.
insert into public.users (username, email, password_hash) values
  ('alice', 'alice@example.com', '$argon2id$v=19$m=65536,t=2,p=1$a7gZ08FdGrsyBW0rpvW4+w$w97xlzLepNffgF7BmJ69iyG0wqt0pzL5yJI3o4jv4Lc'),
  ('bob',   'bob@example.com',   '$argon2id$v=19$m=65536,t=2,p=1$qo/RaMl6N9mKxGO4139k0Q$vCIDaKGjXwSPDtir9IDbgETjennwJXQW4FaO8IzBPBs'),
  ('carol', 'carol@example.com', '$argon2id$v=19$m=65536,t=2,p=1$V6BoVQ7qVeCqFoX5Vc7MAw$vML1cEd09PicZ3emaHsyW9+RVhekB2iWirywMNBs2eI'),
  ('dave',  'dave@example.com',  '$argon2id$v=19$m=65536,t=2,p=1$zcvnbqhJrGcvqlvb5u/ZRA$i58O56aQ3fwNLaJKJiHBwqLH5uHH4HWcp2t4zdCO5jE'),
  ('erin',  'erin@example.com',  '$argon2id$v=19$m=65536,t=2,p=1$0tffLo1i2i6UPQCxXd8r+g$so9YXvcLNxO9ip3qKjUzMg5tqQdtVjRB3SF2XLue7VU')
on conflict do nothing;

insert into public.tags (name) values
  ('bread'), ('garden'), ('books'), ('mountains'), ('woodwork'), ('databases'), ('tea'), ('city')
on conflict do nothing;

create temporary table demo_post (author text, age interval, status text, tags text[], title text, content text) on commit drop;
insert into demo_post values
('alice', '27 days', 'published', '{bread}', 'A loaf that forgives',
$md$Most sourdough instructions read like a court order. This one does not mind if you are late.

1. Mix **450 g** flour, **340 g** water, **90 g** starter and **9 g** salt.
2. Fold it whenever you pass the kitchen, four times or so.
3. Overnight in the fridge. *Overnight* may mean two nights.
4. Bake in a hot pot: 25 minutes with the lid, 20 without.

The crust tells you when it is done. Knock; it should sound hollow.$md$),
('bob', '25 days', 'published', '{mountains}', 'Up before the huts wake',
$md$The path above the lake is best at five in the morning, when the cowbells have not decided on a rhythm yet.

> Take less than you think, and a warmer hat than you believe.

We reached the saddle at nine. Fog on one side, sun on the other, and a marmot exactly on the line.$md$),
('carol', '22 days', 'published', '{books,tea}', 'Three books for a rainy week',
$md$| book | rain it survives |
|---|---|
| a sea novel, read aloud | drizzle |
| letters between two botanists | steady |
| anything with a map at the front | all of it |

Read the map first. Then make tea. Then read the map again.$md$),
('alice', '20 days', 'published', '{garden}', 'What the slugs left me',
$md$Of forty lettuces, eleven. I have stopped calling it a loss: it is a *tax*.

What helped a little:

- copper tape, until it rained
- a plank to collect them under, every evening
- planting twice as many

What helped a lot: hedgehogs.$md$),
('dave', '17 days', 'published', '{woodwork}', 'A stool in one afternoon',
$md$Three legs do not wobble, whatever the floor thinks.

Bore the seat at twelve degrees, taper the tenons, and leave the wedges long until the glue has set. The whole tool list:

```
brace and 25 mm bit
draw knife
a saw that is sharp
```

If yours wobbles after all, you made four.$md$),
('bob', '14 days', 'published', '{databases}', 'The bell carries no data',
$md$We used to send *what* changed. Messages got lost, arrived twice, or came in the wrong order, and each of those was a bug of its own.

Now we only ring a bell. Whoever hears it asks for everything **after the version it holds**.

- A lost bell costs time, never data.
- A doubled bell costs one empty answer.
- A late bell is merely late.

It is the same bell on every hop, from the trigger to this page.$md$),
('carol', '11 days', 'published', '{tea}', 'How long is a minute of tea?',
$md$I timed it. In company: about forty seconds. Alone with a letter to answer: six minutes, and then it is cold.

Green tea wants 70 °C. Nobody owns a thermometer; wait until the kettle stops muttering.$md$),
('erin', '9 days', 'published', '{city}', 'The tram that waits',
$md$Line 4 has a driver who waits for people who run. He does not open the door for people who walk fast and *look* at their watch.

I have started to run on principle.$md$),
('alice', '6 days', 'published', '{bread,books}', 'Notes from an old baker''s ledger',
$md$Found at a flea market: a ledger from 1931. Between flour prices he writes about the weather, and once, across a whole page:

> Today everything rose.

No date, no explanation. I have it framed above the oven.$md$),
('dave', '4 days', 'published', '{woodwork,garden}', 'Mending a gate',
$md$A gate sags because of a diagonal that runs the wrong way. The brace goes **from the lower hinge to the upper latch corner**; it wants to be pushed, not pulled.

Forty minutes of work, eleven years of looking at it crooked.$md$),
('erin', '2 days', 'published', '{city,garden}', 'Tomatoes on the fifth floor',
$md$Pots, bamboo, string, and a neighbour below who now has opinions about watering.

| variety | height | regrets |
|---|---|---|
| the yellow one | 1.9 m | none |
| the striped one | 2.4 m | the ceiling |$md$),
('bob', '5 hours', 'published', '{databases,tea}', 'Reading your own writes, over a cup',
$md$You press *save*, the list reloads, and your post is not in it. Somewhere a cache is still holding last minute's truth.

The cure is small: the write hands you a token, and the read says *not before this one, please*. The node waits a moment if it has to.

Try it in two windows of this page.$md$),
('alice', '3 days', 'draft', '{garden}', 'Hedgehog diary (unfinished)',
$md$Day 1: nobody.
Day 2: nobody, but the dish is empty.
Day 3: a neighbour's cat, very pleased.$md$),
('bob', '30 hours', 'draft', '{databases}', 'What I got wrong about sequences',
$md$A sequence's order is not the order of commits. Write this down properly, with the example of the late transaction.$md$),
('carol', '90 minutes', 'draft', '{books}', 'Letters between two botanists, chapter by chapter',
$md$They disagree about a fern for thirty years, and never once about each other.$md$);

-- Posts of the past: the time stamps are given here, so the triggers that set them rest.
alter table public.posts disable trigger _100_stamp;
alter table public.post_tags disable trigger _100_stamp_insert;

insert into public.posts (author_id, title, content, status, published_at, created_at, updated_at)
select u.id, d.title, d.content, d.status, case d.status when 'published' then now() - d.age end, now() - d.age, now() - d.age
from demo_post d join public.users u on u.username = d.author
where not exists (select from public.posts p where p.author_id = u.id and p.title = d.title)
order by d.age desc;

insert into public.post_tags (post_id, tag_id)
select p.id, t.id
from demo_post d
join public.users u on u.username = d.author
join public.posts p on p.author_id = u.id and p.title = d.title
join public.tags t on t.name = any (d.tags)
on conflict do nothing;

alter table public.posts enable trigger _100_stamp;
alter table public.post_tags enable trigger _100_stamp_insert;
commit;
