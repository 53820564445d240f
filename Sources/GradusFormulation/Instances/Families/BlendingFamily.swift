// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σᵢ costᵢ·useᵢ  s.t.  Σᵢ useᵢ = batch,  least_q·batch ≤ Σᵢ content_qi·useᵢ ≤ most_q·batch,  0 ≤ useᵢ ≤ stockᵢ
///
/// The limits stand around the contents of a mixture drawn first, and the stocks allow it; the amounts have bounds.
struct BlendingFamily: DrawnFamily {
  let name = "blending"

  let settings = [
    StorySetting(
      ["INGREDIENT": StoryNames.metals, "QUALITY": ["carbon", "nickel", "chromium", "manganese"]],
      ["who": "A steelworks", "INGREDIENT": "material", "items": "materials", "what": "alloy", "QUALITY": "element"]),
    StorySetting(
      ["INGREDIENT": StoryNames.oils, "QUALITY": ["moisture", "wax", "acid", "salt"]],
      ["who": "A soap maker", "INGREDIENT": "oil", "items": "oils", "what": "soap base", "QUALITY": "substance"]),
    StorySetting(
      ["INGREDIENT": StoryNames.foods, "QUALITY": ["fat", "sugar", "starch", "water"]],
      ["who": "A feed mill", "INGREDIENT": "ingredient", "items": "ingredients", "what": "feed", "QUALITY": "nutrient"]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("INGREDIENT", story.names("INGREDIENT", max(3, size), &stream)),
      .init("QUALITY", story.names("QUALITY", size < 8 ? 2 : 3, &stream)),
    ]
    model.declare("cost", over: ["INGREDIENT"], unit: "$/t")
    model.declare("stock", over: ["INGREDIENT"], unit: "t")
    model.declare("content", over: ["INGREDIENT", "QUALITY"], unit: "percent")
    model.declare("least", over: ["QUALITY"], unit: "percent")
    model.declare("most", over: ["QUALITY"], unit: "percent")
    model.declare("batch", unit: "t")
    model.variables = [
      .init("blend", over: ["INGREDIENT"], lower: "0", upper: "stock[i]", unit: "t", indices: ["i"])
    ]
    model.objective = "sum(i in INGREDIENT) cost[i] * blend[i]"
    model.constraints = [
      .init("total", "sum(i in INGREDIENT) blend[i] == batch"),
      .init("low", for: "q in QUALITY", "sum(i in INGREDIENT) content[i,q] * blend[i] >= least[q] * batch"),
      .init("high", for: "q in QUALITY", "sum(i in INGREDIENT) content[i,q] * blend[i] <= most[q] * batch"),
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = model.size("INGREDIENT"), m = model.size("QUALITY")
    let batch = 10 * stream.whole(5, 60)
    let parts = (0..<n).map { _ in stream.uniform(0.2, 1) }
    let whole = parts.reduce(0, +)
    let content = stream.tenths(n * m, 0, 30)
    // Rounding goes away from the reference mixture, so it stays inside; a narrow band makes a hard instance.
    let band = 3 - 2.5 * difficulty
    let levels = (0..<m).map { q in (0..<n).reduce(0) { $0 + content[$1 * m + q] * parts[$1] } / whole }
    model.put("batch", batch)
    model.put("content", content)
    model.put("least", levels.map { max(0, ((($0 - band) * 10).rounded(.down)) / 10) })
    model.put("most", levels.map { ((($0 + band) * 10).rounded(.up)) / 10 })
    model.put("stock", parts.map { (batch * $0 / whole * stream.uniform(1.3, 3)).rounded(.up) })
    model.put("cost", stream.wholes(n, 80, 900))
  }

  func tell(_ t: inout Telling) {
    let s = t.story
    t.say(
      "\(s["who"]) mixes \(t.number("batch")) of \(s["what"]) from \(t.size("INGREDIENT")) \(s["items"]).",
      "\(s["who"]) needs exactly \(t.number("batch")) of \(s["what"]), blended from the \(s["items"]) below.",
      "\(s["who"]) has an order for \(t.number("batch")) of \(s["what"]) and decides how much of each \(s["INGREDIENT"]) goes in."
    )
    t.data(
      [("cost", "price"), ("stock", "stock")], "Prices and stocks of the \(s["items"])",
      "For each \(s["INGREDIENT"]), what a ton costs and how many tons can be used at most",
      "What the \(s["items"]) cost, and the stock that cannot be exceeded")
    t.data(
      [("content", "share")], "Their contents by weight",
      "Every \(s["INGREDIENT"]) contains, as parts of its weight",
      "Shares of the weight")
    t.data(
      [("least", "at least"), ("most", "at most")], "The finished \(s["what"]) must contain, as parts of its weight",
      "In the blend these limits hold for the shares of its weight",
      "Lower and upper limits for the contents of the \(s["what"])")
    t.say(
      "Nothing is lost in mixing: the amounts used add up to the batch.",
      "The amounts of the \(s["items"]) together are the amount of \(s["what"]), exactly.",
      "What goes in comes out, no more and no less.")
    t.say(
      "Amounts can be any numbers that are not negative, and the mixture should cost as little as possible.",
      "Find the cheapest mixture; fractions of a ton are allowed, negative amounts are not.",
      "How much of each gives the least total cost? Amounts are zero or more and need not be whole.")
  }
}
