-- What edges cache. Run by blog_owner, after edge.sql and schema.sql:
--
--   psql -d blog -f db/resources.sql
--
-- Promise   Safe to run again; what is published unchanged keeps its revision.

\set ON_ERROR_STOP on
begin;
select edge.grant_edge('blog_edge');

select edge.publish('posts',    source => 'public.published_posts', key => 'id', sort => '-published_at,-id',
                    filters => '{author_id,tags}', default_limit => 25, max_limit => 1000);
select edge.publish('my_posts', source => 'public.all_posts', key => 'id', sort => '-updated_at,-id', owner => 'author_id');

-- Every node of the cluster tells here how it is. The proxy keeps it from the public.
select edge.publish_input('nodes', ttl_s => 15);
commit;
