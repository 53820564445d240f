// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// Compares the numbers of a text with those of a model, without a language model.
///
///     explained: a number t of the text that the model uses as it is, or that a number of the model is made of
///     said: a number u of the model with u = t, u = t·f or t/f for a factor of units f, or u = t·s, t + s, t − s, t/s, a sum of
///           neighbours t₁ + … + tₙ in the text, or t·60 + s (1 hour 30 minutes); 0 and 1 need no source
///
/// A comparison of numbers is not one of meanings: it finds what was left out, altered or made up, and misses what is in the wrong
/// place.
/// Cost: n² log n for n numbers of the text, at most 200; beyond that only direct ones and those of units.
public struct NumberJudge: Sendable {
  public let problem: WordProblem

  public init(_ problem: WordProblem) { self.problem = problem }

  static let factors: [Double] = [7, 12, 24, 30, 52, 60, 100, 365, 1000, 3600, 1440, 10_000, 1e6]
  static let free: Set<Double> = [0, 1]

  /// What the numbers say against a model in JSON.
  public func doubts(of document: JSONValue) -> [FormulationDoubt] {
    let numbers = StatementNumbers(document)
    var sources = NumberSources(problem.numbers)
    var invented: [(value: Double, places: [String])] = []
    // What is said as it is comes first: others are made of what is left.
    let others = numbers.uses.filter { !sources.takeDirectly($0.value) && !Self.free.contains($0.value) }
    for use in others where !sources.takeMade(use.value) {
      if let known = invented.firstIndex(where: { $0.value == use.value }) {
        invented[known].places.append(use.place)
      } else {
        invented.append((use.value, [use.place]))
      }
    }
    for name in numbers.names + numbers.counts { sources.takeDirectly(name) }
    let idle = numbers.idle.isEmpty ? "" : " that is used (\(numbers.idle.prefix(5).joined(separator: ", ")) is not)"
    var doubts = sources.untaken.map { number in
      FormulationDoubt(.unexplained, "the text says \(number.text), and no number of the model\(idle) comes from it")
    }
    doubts += invented.prefix(20).map { value, places in
      let more = places.count > 1 ? " and \(places.count - 1) more" : ""
      return FormulationDoubt(
        .invented, "\(Self.shown(value)) in \(places[0])\(more) is neither in the text nor made of its numbers")
    }
    return doubts
  }

  static func shown(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}

/// The numbers of a text with what can be made of them, and which were needed.
private struct NumberSources {
  private let numbers: [WordNumber]
  /// Each reading with its number, by size.
  private let direct: [(value: Double, number: Int)]
  /// What two or more numbers make, by size.
  private let made: [(value: Double, numbers: [Int])]
  private var taken: [Bool]

  /// Of quantities that are said in two units.
  private static let joining: [Double] = [12, 16, 60, 100, 1000]

  /// Numbers of which pairs are made.
  private static let limit = 200

  init(_ numbers: [WordNumber]) {
    self.numbers = numbers
    taken = numbers.map { !$0.isCertain }
    var direct: [(value: Double, number: Int)] = []
    for (k, number) in numbers.enumerated() { direct += number.readings.map { (abs($0), k) } }
    self.direct = direct.sorted { $0.value < $1.value }
    var made: [(value: Double, numbers: [Int])] = []
    func add(_ value: Double, _ sources: [Int]) { if value.isFinite, value > 0 { made.append((value, sources)) } }
    for (value, k) in direct {
      for factor in NumberJudge.factors {
        add(value * factor, [k])
        add(value / factor, [k])
      }
    }
    if numbers.count <= Self.limit {
      let firsts = numbers.indices.flatMap { k in numbers[k].readings.prefix(4).map { (abs($0), k) } }
      for (i, a) in firsts.enumerated() {
        for b in firsts[(i + 1)...] where a.1 != b.1 {
          add(a.0 * b.0, [a.1, b.1])
          add(a.0 + b.0, [a.1, b.1])
          add(abs(a.0 - b.0), [a.1, b.1])
          if b.0 != 0 { add(a.0 / b.0, [a.1, b.1]) }
          if a.0 != 0 { add(b.0 / a.0, [a.1, b.1]) }
        }
      }
      // 1 hour 30 minutes, 5 feet 6 inches.
      for (k, next) in numbers.indices.dropFirst().enumerated() {
        guard let a = numbers[k].readings.first, let b = numbers[next].readings.first else { continue }
        for factor in Self.joining { add(a * factor + b, [k, next]) }
      }
      for start in numbers.indices {
        var sum = 0.0
        for end in start..<min(numbers.count, start + 20) {
          sum += numbers[end].readings.first ?? 0
          if end > start + 1 { add(sum, Array(start...end)) }
        }
      }
    }
    self.made = made.sorted { $0.value < $1.value }
  }

  /// The certain numbers that nothing was made of, each text once.
  var untaken: [WordNumber] {
    var seen: [String] = []
    return numbers.indices.compactMap { k in
      guard !taken[k], !seen.contains(numbers[k].text), seen.count < 20 else { return nil }
      seen.append(numbers[k].text)
      return numbers[k]
    }
  }

  /// Takes every number that has this reading; whether there is one.
  @discardableResult
  mutating func takeDirectly(_ value: Double) -> Bool {
    let slack = 1e-9 * max(1, value)
    var k = Self.first(notBelow: value - slack, in: direct.count) { direct[$0].value }
    var isFound = false
    while k < direct.count, direct[k].value <= value + slack {
      taken[direct[k].number] = true
      isFound = true
      k += 1
    }
    return isFound
  }

  /// Takes the numbers that this one is made of, of several ways the one that explains most; whether there is any.
  mutating func takeMade(_ value: Double) -> Bool {
    // 0.333 for a third.
    let slack = 1e-3 * value
    var k = Self.first(notBelow: value - slack, in: made.count) { made[$0].value }
    var best: (isExact: Bool, news: Int, place: Int)?
    while k < made.count, made[k].value <= value + slack {
      let isExact = abs(made[k].value - value) <= 1e-9 * max(1, value)
      let news = made[k].numbers.count { !taken[$0] }
      let isBetter = best.map { isExact != $0.isExact ? isExact : news > $0.news } ?? true
      if isExact || value != value.rounded(), isBetter { best = (isExact, news, k) }
      k += 1
    }
    guard let best else { return false }
    for number in made[best.place].numbers { taken[number] = true }
    return true
  }

  private static func first(notBelow value: Double, in count: Int, _ at: (Int) -> Double) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if at(middle) < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
