/**
 * The four example requests of ShipStream's page on its webhook API, to be sent as they are printed there: with their blanks,
 * and with a version that is a number.
 */

/** The session in the examples. A gateway whose admin token it is takes them unchanged. */
export const SESSION = 'be1c13ed4e03f0ed7f1e4053dfff9658';

/** The page prints this id in every request. */
export const REQUEST_ID = 1234;

/** What the example of `webhook.create` creates, without its id. */
export const CREATED = {
  is_active: 1,
  topics: 'order:*',
  url: 'http://example.com',
  extra_headers: '',
  secret_key: '2RUJ8NXLnLRrAj3',
};

export const LIST = `{
    "jsonrpc" : 2.0,
    "id" : 1234,
    "method" : "call",
    "params" : [
        "be1c13ed4e03f0ed7f1e4053dfff9658",
        "webhook.list",
        []
    ]
}`;

export const CREATE = `{
    "jsonrpc" : 2.0,
    "id" : 1234,
    "method" : "call",
    "params" : [
        "be1c13ed4e03f0ed7f1e4053dfff9658",
        "webhook.create",
        [
            {
                "is_active" : 1,
                "topics" : "order:*",
                "url" : "http://example.com",
                "extra_headers" : "",
                "secret_key" : "2RUJ8NXLnLRrAj3"
            }
        ]
    ]
}`;

export const UPDATE_STATUS = `{
    "jsonrpc" : 2.0,
    "id" : 1234,
    "method" : "call",
    "params" : [
        "be1c13ed4e03f0ed7f1e4053dfff9658",
        "webhook.update_status",
        [
            {
                "status" : 1
            }
        ]
    ]
}`;

/** The page deletes webhook 123; here ids are random, so another one can stand in its place. */
export const deleteOf = (id = 123) => `{
    "jsonrpc" : 2.0,
    "id" : 1234,
    "method" : "call",
    "params" : [
        "be1c13ed4e03f0ed7f1e4053dfff9658",
        "webhook.delete",
        [
            ${id}
        ]
    ]
}`;
