// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms
import Testing

@Suite struct EnumeratorTests {
  private static func all(_ enumerator: MiniEnumerator) -> [MiniEnumerator.Candidate] {
    var enumerator = enumerator
    var found: [MiniEnumerator.Candidate] = []
    while let next = enumerator.next() { found.append(next) }
    return found
  }

  /// Cost by cost against all terms of all sizes, by brute force.
  @Test func everyValueIsThereOnceAtItsLeastCost() throws {
    let rules = [
      try MiniRule("_0 + _1", [.int, .int], result: .int), try MiniRule("_0 * _1", [.int, .int], result: .int),
      try MiniRule(.int(2), .int), try MiniRule(.int(3), .int), try MiniRule("-_0", [.int], result: .int),
    ]
    var best: [Int: Int] = [:]
    // By size: the values that terms of this size have.
    var sizes: [Int: [Int]] = [1: [2, 3]]
    for size in 2...6 {
      sizes[size] = (sizes[size - 1] ?? []).map { -$0 }
      for left in 1..<max(2, size - 1) {
        for a in sizes[left] ?? [] { for b in sizes[size - 1 - left] ?? [] { sizes[size]? += [a + b, a * b] } }
      }
    }
    for size in 1...6 { for value in sizes[size] ?? [] where best[value] == nil { best[value] = size } }
    let found = Self.all(try MiniEnumerator(rules, wanted: .int, limit: 20_000)).filter { $0.cost <= 6 }
    #expect(found.map(\.cost) == found.map(\.cost).sorted())
    #expect(Set(found.map(\.values)).count == found.count && found.count == best.count)
    for candidate in found {
      #expect(best[candidate.values[0].int ?? .min] == candidate.cost && candidate.term.size == candidate.cost)
      #expect(candidate.pairs.count == candidate.cost && candidate.pairs[0].parent == nil)
    }
  }

  /// Values in several worlds tell terms with variables apart; a fault in one drops a term.
  @Test func worldsTellTermsApart() throws {
    let rules = [
      MiniRule(variable: "x", .int), MiniRule(variable: "xs", .list(.int)),
      try MiniRule("_0 / _1", [.int, .int], result: .int),
      try MiniRule("sum(_0)", [.list(.int)], result: .int),
    ]
    let worlds: [[String: MiniValue]] = [["x": .int(6), "xs": .ints([1, 2])], ["x": .int(0), "xs": .ints([0])]]
    let found = Self.all(try MiniEnumerator(rules, wanted: .int, worlds: worlds, limit: 1000))
    #expect(
      found.map(\.term) == [
        MiniTerm(.variable("x")),
        try MiniProgram(parsing: "fn f() -> Int { return sum(xs) }").functions[0].body[0].terms[0],
      ])
  }

  @Test func limitsAndFiniteGrammarsEnd() throws {
    #expect(Self.all(try MiniEnumerator([], wanted: .int)).isEmpty)
    #expect(
      Self.all(try MiniEnumerator([try MiniRule(.int(1), .int), try MiniRule(.int(1), .int)], wanted: .int)).count == 1)
    var enumerator = try MiniEnumerator(
      [try MiniRule("_0 + 1", [.int], result: .int), try MiniRule(.int(0), .int)], wanted: .int, limit: 50)
    var count = 0
    while let next = enumerator.next() {
      #expect(next.values == [.int(count)])
      count += 1
    }
    #expect(count == 50 && enumerator.tried == 50)
    #expect(throws: MiniError.self) { try MiniRule("_0 + 1.0", [.int], result: .int) }
    #expect(throws: MiniError.self) { try MiniRule(.bool(true), .int) }
  }

  /// Counts make what was used before cheaper: p = (count + ½)/(all + ½·rules), in bits.
  @Test func costsFollowCounts() throws {
    let costs = MiniRuleCosts(3, pairs: [(nil, 1), (nil, 1), (nil, 1), (1, 2)])
    // At the root 3.5 of 4.5 and ½ of 4.5; under 1: 1.5 of 2.5 and ½ of 2.5; elsewhere a third.
    #expect((0..<3).map { costs.cost($0, under: nil) } == [3, 1, 3])
    #expect((0..<3).map { costs.cost($0, under: 1) } == [2, 2, 1])
    #expect((0..<3).map { costs.cost($0, under: 0) } == [2, 2, 2])
    let rules = [
      try MiniRule("_0 + 1", [.int], result: .int), try MiniRule("_0 * 2", [.int], result: .int),
      try MiniRule(.int(1), .int),
    ]
    let found = Self.all(try MiniEnumerator(rules, wanted: .int, costs: costs, limit: 40))
    #expect(found.map(\.cost) == found.map(\.cost).sorted())
    for candidate in found {
      #expect(candidate.cost == candidate.pairs.reduce(0) { $0 + costs.cost($1.child, under: $1.parent) })
    }
  }

  @Test func outcomesAreASum() throws {
    let right = try MiniCode(parsing: "fn f(n: Int) -> Int {\n  return 2 * n\n}")
    let suite = MiniTestSuite("f", reference: right, inputs: [[.int(1)], [.int(5)], [.int(.max)]])
    #expect(suite.cases == [.init([.int(1)], .int(2)), .init([.int(5)], .int(10))])
    #expect(suite.outcome(of: right) == .passed(steps: 4, peakCells: 0, profile: [2: 4]))
    #expect(suite.outcome(of: "fn f(n: Int) -> Int { return n + 1 }") == .wrong(1, of: 2))
    #expect(
      suite.outcome(of: "fn f(n: Int) -> Int {\nreturn n / (n - 5)\n}")
        == .runtimeError(MiniFault(.zeroDivisor, line: 2)))
    guard case .syntaxError(let found) = suite.outcome(of: "fn f(n: Int) -> Int { return n +") else {
      return #expect(Bool(false))
    }
    #expect(found.place.column == 33)
    guard case .syntaxError = suite.outcome(of: "fn g(n: Int) -> Int { return n }") else { return #expect(Bool(false)) }
    guard case .syntaxError = suite.outcome(of: "fn f(n: Float) -> Int { return 1 }") else {
      return #expect(Bool(false))
    }
    #expect(suite.row(of: try MiniCode(parsing: "fn f(n: Int) -> Int { return n + 1 }")) == [true, false])
  }

  @Test func inputsAreOfTheirType() {
    var stream = RandomStream(seed: 3)
    let inputs = MiniInputs(length: 4, range: -2...7)
    var seen: Set<MiniValue> = []
    for _ in 0..<500 {
      for type in [MiniType.int, .float, .bool, .string, .list(.list(.int))] {
        let value = inputs.value(type, &stream)
        #expect(value.has(type))
        if case .int(let number) = value { #expect((-2...7).contains(number)) }
        seen.insert(value)
      }
    }
    #expect(seen.isSuperset(of: [.int(-2), .int(7), .int(0), .bool(true), .string(""), .list([])]))
  }
}
