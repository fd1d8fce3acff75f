package lookup

import (
	"context"

	"socialdirect/internal/postgres"
)

// readDoubleGroups reads groups after the first skip ones. Of each group it reads one
// account more than is shown, so that the page can say that there are others. Unproved
// registrations do not count: of several with one address, only one becomes an account.
func readDoubleGroups(ctx context.Context, q postgres.Querier, skip, most int) ([]doubleRow, error) {
	return postgres.All[doubleRow](ctx, q, `
		with shared as (
			select mobile, max(created_at) as latest
			from accounts
			where role = 'beneficiary' and mobile is not null and closed_at is null and not unproved
			group by mobile having count(*) > 1
			order by latest desc, mobile
			offset $1 limit $2)
		select id, first_name, last_name, mobile, likeness from (
			select id, first_name, last_name, mobile, latest,
			       case when count(*) over (partition by mobile, name_key) > 1 then 'name_and_mobile' else 'mobile' end as likeness,
			       row_number() over (partition by mobile order by created_at, id) as place
			from accounts join shared using (mobile)
			where role = 'beneficiary' and closed_at is null and not unproved) found
		where place <= $3
		order by latest desc, mobile, place`, skip, most, resultsShown+1)
}
