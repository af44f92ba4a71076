const { test, describe, it } = require("node:test");
const assert = require("node:assert");

test("adds", () => assert.equal(1 + 1, 2));
test("fails", () => assert.equal(1 + 1, 3, "the sum is wrong"));
test("skipped", { skip: "needs a database" }, () => {});
test("to do", { todo: "not written yet" }, () => assert.fail("as expected"));
describe("cart", () => {
  it("is empty", () => {});
  describe("with goods", () => {
    it("sums up # prices", () => assert.deepEqual({ sum: 3 }, { sum: 4 }));
    it("can be emptied", () => {});
  });
});
test("parent fails by itself", async (t) => {
  await t.test("its part passes", () => {});
  throw new Error("after its parts");
});
