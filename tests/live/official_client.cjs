// A walk with Pipedrive's own client, of which nothing is set but the address and the token.
// Prints one JSON object of what it saw; fails on the first call that is rejected.
const { v1, v2 } = require("pipedrive");

const [root, token, auth] = process.argv.slice(2);
const key = auth === "oauth" ? { accessToken: token } : { apiKey: token };
const one = new v1.Configuration({ ...key, basePath: `${root}/api/v1` });
const two = new v2.Configuration({ ...key, basePath: `${root}/api/v2` });

async function walk(list, size) {
  const ids = [];
  let cursor;
  do {
    const page = await list({ limit: size, cursor });
    ids.push(...page.data.map((each) => each.id));
    cursor = page.additional_data?.next_cursor ?? undefined;
  } while (cursor);
  return ids;
}

async function records() {
  const fields = new v2.PersonFieldsApi(two);
  const field = (
    await fields.addPersonField({ AddPersonFieldRequest: { field_name: "Ref", field_type: "varchar" } })
  ).data;
  const persons = new v2.PersonsApi(two);
  for (const name of ["Ann", "Bob", "Cyd"]) {
    await persons.addPerson({
      AddPersonRequest: {
        name,
        add_time: "2019-05-01T10:00:00Z",
        emails: [{ value: `${name}@example.com`, primary: true, label: "work" }],
        custom_fields: { [field.field_code]: `ref-${name}` },
      },
    });
  }
  await persons.updatePerson({ id: 1, UpdatePersonRequest: { name: "Anna" } });
  const organization = (
    await new v2.OrganizationsApi(two).addOrganization({ AddOrganizationRequest: { name: "Acme" } })
  ).data;
  const deals = new v2.DealsApi(two);
  const deal = (
    await deals.addDeal({ AddDealRequest: { title: "Implant", person_id: 1, org_id: organization.id } })
  ).data;
  await new v2.ActivitiesApi(two).addActivity({
    AddActivityRequest: { subject: "Visit", deal_id: deal.id, done: true },
  });
  const search = new v2.ItemSearchApi(two);
  const found = await search.searchItemByField({
    term: "ref-Bob", entity_type: "person", field: field.field_code, match: "exact",
  });
  return {
    ids: await walk((asked) => persons.getPersons(asked), 2),
    name: (await persons.getPerson({ id: 1 })).data.name,
    ref: (await persons.getPerson({ id: 2 })).data.custom_fields[field.field_code],
    added: (await persons.getPerson({ id: 2 })).data.add_time,
    found: found.data.map((each) => each.id),
    pipelines: (await new v2.PipelinesApi(two).getPipelines({})).data.length,
    stages: (await new v2.StagesApi(two).getStages({ pipeline_id: 1 })).data.length,
    deal: deal.status,
  };
}

async function older() {
  const me = (await new v1.UsersApi(one).getCurrentUser()).data;
  const notes = new v1.NotesApi(one);
  const note = (await notes.addNote({ AddNoteRequest: { content: "<p>A</p>", deal_id: 1 } })).data;
  const files = new v1.FilesApi(one);
  const letter = new File(["letter"], "letter.txt", { type: "text/plain" });
  const file = (await files.addFile({ file: letter, deal_id: 1 })).data;
  const lead = (await new v1.LeadsApi(one).addLead({ AddLeadRequest: { title: "Whitening", person_id: 1 } })).data;
  const participant = (
    await new v1.DealsApi(one).addDealParticipant({ id: 1, AddDealParticipantRequest: { person_id: 2 } })
  ).data;
  const numbers = (await new v1.PersonFieldsApi(one).getPersonFields({})).data;
  const line = {
    object: "person", operator: "=", value: "Bob",
    field_id: String(numbers.find((each) => each.key === "name").id),
  };
  const groups = [{ glue: "and", conditions: [line] }, { glue: "or", conditions: [] }];
  const filter = (
    await new v1.FiltersApi(one).addFilter({
      AddFilterRequest: { name: "Bob", type: "people", conditions: { glue: "and", conditions: groups } },
    })
  ).data;
  const filtered = await new v2.PersonsApi(two).getPersons({ filter_id: filter.id });
  const changes = (await new v1.PersonsApi(one).getPersonChangelog({ id: 1 })).data;
  return {
    is_you: me.is_you, domain: typeof me.company_domain, note: note.content, file: file.file_size,
    lead: lead.source_name, participant: participant.person.name,
    types: (await new v1.ActivityTypesApi(one).getActivityTypes()).data.length,
    filtered: filtered.data.map((each) => each.name),
    changed: changes.map((each) => each.field_key),
  };
}

async function endings() {
  const products = new v2.ProductsApi(two);
  const product = (await products.addProduct({ AddProductRequest: { name: "Brush" } })).data;
  const added = await new v2.DealProductsApi(two).addDealProduct({
    id: 1, AddDealProductRequest: { product_id: product.id, item_price: 4, quantity: 3 },
  });
  const me = (await new v1.UsersApi(one).getCurrentUser()).data.id;
  const deals = new v2.DealsApi(two);
  await deals.addDealFollower({ id: 1, AddDealFollowerRequest: { user_id: me } });
  const twice = await deals
    .addDealFollower({ id: 1, AddDealFollowerRequest: { user_id: me } })
    .catch((refused) => refused);
  await new v1.PersonsApi(one).mergePersons({ id: 3, MergePersonsRequest: { merge_with_id: 2 } });
  await deals.deleteDeal({ id: 1 });
  const persons = new v2.PersonsApi(two);
  const missing = await persons.getPerson({ id: 99 }).catch((refused) => refused);
  return {
    sum: added.data.sum, twice: twice.success, missing: missing.code,
    left: await walk((asked) => persons.getPersons(asked), 1),
    deal: (await deals.getDeal({ id: 1 })).data.status,
  };
}

(async () => {
  const seen = { records: await records(), older: await older(), endings: await endings() };
  process.stdout.write(JSON.stringify(seen));
})().catch((refused) => {
  process.stderr.write(JSON.stringify(refused?.message ?? refused));
  process.exit(1);
});
