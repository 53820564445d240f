// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusLanguage
import GradusNumerics
import GradusTrace

/// Questions that need two look-ups: "In which city does the friend of person 12 live?"
///
///     query = first(question);   passage = find(query);   query = second(question, passage);   passage = find(query)
///     city = answer(question, passage)
///
/// A simulated model makes the calls; each is right with odds that grow with the examples that it is shown.
struct TwoHopWorld: Sendable {
  let model: SimulatedModel
  let program: LanguageProgram
  let selection: Int
  private let first: Predictor
  private let second: Predictor
  private let answer: Predictor
  private let friends: [Int]
  private let cities: [Int]

  /// `selection` questions to choose by, and `fresh` ones besides.
  init(selection: Int, fresh: Int, _ random: RandomStream) throws {
    var stream = random.child("world")
    let count = selection + fresh
    // The answer to a question is in no other's passages.
    let friends = stream.permutation(count)
    let cities = stream.permutation(count)
    var items: [SimulatedModel.Item] = []
    for k in 0..<count {
      items.append(.init(Self.question(k), Self.friendQuery(k)))
      items.append(.init(Self.friendPassage(k, friends), Self.cityQuery(friends[k])))
      items.append(.init(Self.cityPassage(k, cities), "city \(cities[k])"))
    }
    var rates = SimulatedModel.Rates()
    (rates.base, rates.exemplar, rates.invents) = (-0.3, 0.6, 0.3)
    let directives = [
      SimulatedModel.Directive("Name whom the question is about.", weight: 0.5),
      SimulatedModel.Directive("Answer as fast as you can.", weight: -0.5),
    ]
    model = SimulatedModel(items: items, directives: directives, rates: rates, seed: stream.next())
    first = Predictor("first", try Signature("question -> query"))
    second = Predictor("second", try Signature("question, passage -> query"))
    answer = Predictor("answer", try Signature("question, passage -> city"))
    var program = LanguageProgram(
      try first.parameters + second.parameters + answer.parameters, models: ["first", "second", "answer"],
      selectionCount: selection)
    // The data know questions and cities, and nothing of what lies between.
    program.labels["answer.demonstrations"] = (0..<selection).map {
      Demonstration(["question": Self.question($0), "city": "city \(cities[friends[$0]])"])
    }
    self.program = program
    self.selection = selection
    self.friends = friends
    self.cities = cities
  }

  private static func question(_ k: Int) -> String { "In which city does the friend of person \(k). live?" }
  private static func friendQuery(_ k: Int) -> String { "friend of person \(k)." }
  private static func cityQuery(_ k: Int) -> String { "city of person \(k)." }
  private static func friendPassage(_ k: Int, _ friends: [Int]) -> String {
    "The friend of person \(k). is person \(friends[k])."
  }
  private static func cityPassage(_ k: Int, _ cities: [Int]) -> String { "Person \(k). lives in city \(cities[k])." }

  /// The passage that a query finds.
  private func find(_ query: String) -> String {
    guard let number = query.split(separator: " ").last.flatMap({ Int($0.dropLast()) }),
      friends.indices.contains(number)
    else {
      return "Nothing was found."
    }
    if query == Self.friendQuery(number) { return Self.friendPassage(number, friends) }
    return query == Self.cityQuery(number) ? Self.cityPassage(number, cities) : "Nothing was found."
  }

  /// The workflow with every call counted; place −1 − k is the fresh question k.
  func oracle(_ meter: ModelMeter) -> TracedProgram {
    let counted = MeteredModel(model, meter)
    return TracedProgram(advisor: ModelAdvisor(counted)) { trace in
      let k = trace.place >= 0 ? trace.place : selection - 1 - trace.place
      let question = trace.input("question", Self.question(k))
      let one = try await first(["question": question], in: trace, asking: counted)
      let query = one.text("query", in: trace)
      let passage = trace.call("find", [query.id]) { find(try query.value) }
      let two = try await second(["question": question, "passage": passage], in: trace, asking: counted)
      let next = two.text("query", in: trace)
      let last = trace.call("find", [next.id]) { find(try next.value) }
      let said = try await answer(["question": question, "passage": last], in: trace, asking: counted)
      let city = try said.value.text("city")
      let wanted = "city \(cities[friends[k]])"
      return .init(output: said.id, score: city == wanted ? 1 : 0, remark: "said \(city), wanted \(wanted)")
    }
  }
}
