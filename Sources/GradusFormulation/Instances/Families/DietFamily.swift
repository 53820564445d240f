// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// min Σ_f cost_f·buy_f  s.t.  Σ_f amount_fn·buy_f ≥ need_n for each nutrient n,  buy_f ∈ {0, 1, …, limit}
///
/// Buying the limit of everything gives more than is needed; the amounts bought have bounds.
struct DietFamily: DrawnFamily {
  let name = "diet"

  let settings = [
    StorySetting(
      ["FOOD": StoryNames.foods, "NUTRIENT": StoryNames.nutrients],
      [
        "who": "A canteen", "FOOD": "food", "foods": "foods", "portion": "portion", "NUTRIENT": "nutrient",
        "for": "a day's menu",
      ]),
    StorySetting(
      ["FOOD": StoryNames.oils, "NUTRIENT": ["omega", "vitaminA", "vitaminE", "vitaminK"]],
      [
        "who": "An expedition", "FOOD": "oil", "foods": "oils", "portion": "bottle", "NUTRIENT": "nutrient",
        "for": "its stores",
      ]),
    StorySetting(
      ["FOOD": StoryNames.drinks, "NUTRIENT": ["sugar", "sodium", "citrate", "caffeine"]],
      [
        "who": "A sports club", "FOOD": "drink", "foods": "drinks", "portion": "crate", "NUTRIENT": "substance",
        "for": "a race",
      ]),
  ]

  func skeleton(_ size: Int, _ story: StorySetting, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: name)
    model.sets = [
      .init("FOOD", story.names("FOOD", max(3, size), &stream)),
      .init("NUTRIENT", story.names("NUTRIENT", size < 10 ? 2 : 4, &stream)),
    ]
    model.declare("cost", over: ["FOOD"], unit: "$/portion")
    model.declare("amount", over: ["FOOD", "NUTRIENT"], unit: "g/portion")
    model.declare("need", over: ["NUTRIENT"], unit: "g")
    model.declare("limit", unit: "portion")
    model.variables = [
      .init("buy", over: ["FOOD"], kind: .integer, lower: "0", upper: "limit", unit: "portion")
    ]
    model.objective = "sum(f in FOOD) cost[f] * buy[f]"
    model.constraints = [
      .init("enough", for: "n in NUTRIENT", "sum(f in FOOD) amount[f,n] * buy[f] >= need[n]")
    ]
    return model
  }

  func fill(_ model: inout FiveElementStatement, _ difficulty: Double, _ stream: inout RandomStream) {
    let n = model.size("FOOD"), m = model.size("NUTRIENT")
    let limit = stream.whole(4, 10)
    let amounts = stream.wholes(n * m, 1, 50)
    model.put("limit", limit)
    model.put("amount", amounts)
    model.put(
      "need",
      (0..<m).map { k in
        let all = (0..<n).reduce(0) { $0 + amounts[$1 * m + k] } * limit
        return (all * stream.uniform(0.2, 0.3 + 0.3 * difficulty)).rounded(.up)
      })
    model.put("cost", (0..<n).map { _ in (stream.uniform(0.3, 6) * 20).rounded() / 20 })
  }

  func tell(_ t: inout Telling) {
    let s = t.story, portion = s["portion"]
    t.say(
      "\(s["who"]) buys \(s["foods"]) for \(s["for"]).",
      "\(s["who"]) decides how many \(portion)s of each of \(t.size("FOOD")) \(s["foods"]) to buy for \(s["for"]).",
      "For \(s["for"]), \(s["who"].lowercased()) chooses among \(t.list("FOOD")).")
    t.data(
      [("cost", "price")], "One \(portion) costs", "The prices, where a \(portion) is what is called a portion here",
      "What has to be paid for a \(portion) of each \(s["FOOD"])")
    t.data(
      [("amount", "content")], "In a \(portion) of each \(s["FOOD"]) there are",
      "The contents of one \(portion), by \(s["FOOD"]) and \(s["NUTRIENT"])", "Each \(s["FOOD"]) has, in one \(portion)"
    )
    t.data(
      [("need", "need")], "At least this much of every \(s["NUTRIENT"]) is required", "The total must reach",
      "Altogether there has to be no less than")
    t.say(
      "Of no \(s["FOOD"]) more than \(t.number("limit")) can be had.",
      "The shop sells at most \(t.number("limit")) of any one \(s["FOOD"]).",
      "For each \(s["FOOD"]) the limit is \(t.number("limit")).")
    t.say(
      "Only whole numbers of \(portion)s can be bought.",
      "A \(portion) cannot be divided, so numbers are whole and not negative.",
      "Numbers of \(portion)s are zero or more and whole.")
    t.say(
      "It should cost as little as possible.", "What is the cheapest purchase?", "The total price is to be least.")
  }
}
