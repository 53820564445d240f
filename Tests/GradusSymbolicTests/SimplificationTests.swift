// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

@Suite struct SimplificationTests {
  @Test(arguments: 1...5)
  func networksKeepTheirValuesAndCostLess(seed: Int) throws {
    let network = MassAction(seed: seed)
    var options = Simplification()
    options.counting = .written
    let result = network.graph.simplified(network.roots, variableCount: 30, options)
    #expect(result.report.stop == .saturated)
    #expect(result.costAfter <= 0.85 * result.costBefore)
    var random = RandomStream(seed: 99)
    for _ in 0..<100 {
      let x = (0..<30).map { _ in Double(random.next() >> 11) * 0x1p-53 * 2 }
      for (a, b) in zip(network.roots, result.roots) {
        let (u, v) = (network.graph.value(of: a, at: x), result.graph.value(of: b, at: x))
        #expect(abs(u - v) <= 1e-10 * max(1, abs(u)))
      }
    }
  }

  /// Values agree where the formulas are numbers, and they are numbers at the same points.
  @Test(arguments: 1...60)
  func randomFormulasMeanWhatTheyMeant(seed: Int) {
    var formulas = PartialFormulas(seed: seed)
    let result = formulas.graph.simplified(formulas.roots, variableCount: 3)
    let last = formulas.graph.count - 1
    for sample in 0..<60 {
      let x = (0..<3).map { _ in sample % 3 == 0 ? formulas.number().rounded() + 0 : formulas.number() }
      let all = formulas.graph.values(upTo: Int32(last), at: x)
      // Beyond this size, or this close to a pole, rounding decides.
      if all.contains(where: { $0.isFinite && (abs($0) > 1e6 || $0 != 0 && abs($0) < 1e-6) }) { continue }
      for (a, b) in zip(formulas.roots, result.roots) {
        let (u, v) = (all[Int(a)], result.graph.value(of: b, at: x))
        #expect(u.isFinite == v.isFinite, "seed \(seed) at \(x): \(u) became \(v)")
        if u.isFinite, v.isFinite {
          #expect(abs(u - v) <= 1e-7 * max(1, abs(u)), "seed \(seed) at \(x): \(u) became \(v)")
        }
      }
    }
  }

  /// One formula of x and y, simplified within a box.
  private func simplified(
    in box: [Interval] = [], _ build: ([Formula]) -> Formula
  ) -> (value: (Double) -> Double, cost: Double) {
    let traced = TracedFunction(2) { [build($0)] }
    let result = traced.graph.simplified(traced.results, variableCount: 2, in: box)
    return ({ result.graph.value(of: result.roots[0], at: [$0, 2]) }, result.costAfter)
  }

  @Test func whatIsUndefinedStaysUndefined() {
    #expect(simplified { $0[0] / $0[0] }.value(0).isNaN)
    #expect(simplified { ($0[0] * $0[1]) / $0[0] }.value(0).isNaN)
    #expect(simplified { exp(log($0[0])) }.value(-1).isNaN)
    #expect(simplified { sqrt($0[0]) * sqrt($0[0]) }.value(-1).isNaN)
    #expect(simplified { log($0[0] * $0[0]) / 2 - log($0[0]) }.value(-1).isNaN)
    #expect(simplified { log($0[0]) ** 2 / log($0[0]) }.value(1).isNaN)
    #expect(simplified { exp(2 * log($0[0])) }.value(-1).isNaN)
  }

  @Test func whatIsProvedIsUsed() {
    let positive = [Interval(0.5, 10), Interval(0.5, 10)]
    #expect(simplified(in: positive) { $0[0] / $0[0] }.cost == 0)
    #expect(simplified(in: positive) { exp(log($0[0])) }.cost == 0)
    #expect(simplified(in: positive) { sqrt($0[0]) * sqrt($0[0]) }.cost == 0)
    #expect(simplified(in: positive) { sqrt($0[0] * $0[0]) }.cost == 0)
    #expect(simplified { sqrt($0[0] * $0[0]) }.cost == 2)
    #expect(simplified { log(exp($0[0])) }.cost == 0)
    #expect(simplified { sin($0[0]) ** 2 + cos($0[0]) ** 2 }.cost == 0)
    #expect(simplified { sin($0[0]) / cos($0[0]) }.cost == 156)
    #expect(simplified { exp($0[0]) * exp($0[1]) }.cost == 19)
    #expect(simplified { $0[0] / $0[1] + 3 / $0[1] }.cost == 25)
    #expect(simplified { $0[0] * sin($0[1]) + $0[0] * cos($0[1]) }.cost == 272)
    #expect(simplified { max($0[0] * $0[0], -1) }.cost == 3)
    #expect(simplified { ($0[0] ** 2 + 1) / ($0[0] ** 2 + 1) }.cost == 0)
  }

  @Test func aRuleThatIgnoresDomainsIsRefused() {
    let traced = TracedFunction(1) { [$0[0] / $0[0]] }
    let saboteur = PatternRule("x/x = 1", "x" / "x", 1)
    let result = traced.graph.simplified(
      traced.results, variableCount: 1, in: [], Simplification(), rules: [EqualityRule(saboteur)])
    #expect(result.report.refusals > 0)
    #expect(result.costAfter == 24)
    #expect(saboteur.counterexample() == nil)
    #expect(saboteur.counterexample(comparesDomains: true) != nil)
  }

  @Test func aWrongRuleIsFound() {
    #expect(PatternRule("sin x = x", .apply(.sine, "x"), "x").counterexample() != nil)
    #expect(PatternRule("√x² = x", .apply(.squareRoot, "x" * "x"), "x").counterexample() != nil)
    #expect(PatternRule("√x² = |x|", .apply(.squareRoot, "x" * "x"), .apply(.absolute, "x")).counterexample() == nil)
  }

  /// Each rule alone, on formulas that it fits, against sampled values.
  @Test(arguments: EqualityRule.standard.indices)
  func everyRuleIsSound(index: Int) {
    for seed in 1...12 {
      var formulas = PartialFormulas(seed: 1000 + seed, operations: 40)
      var egraph = EGraph(nodeLimit: 5000)
      let image = egraph.add(formulas.graph, roots: formulas.roots)
      egraph.saturate([EqualityRule.standard[index]])
      let x = (0..<3).map { _ in formulas.number() }
      let values = egraph.graph.memberValues(at: x)
      for root in Set(image.filter { $0 >= 0 }.map { egraph.find($0) }) {
        let all = egraph.members(of: root).map { values[Int($0)] }
        guard let first = all.first, abs(first) < 1e6, abs(first) > 1e-6 else { continue }
        for value in all {
          #expect(abs(value - first) <= 1e-6 * max(1, abs(first)), "\(EqualityRule.standard[index].name)")
        }
      }
    }
  }

  @Test func limitsHold() {
    let network = MassAction(seed: 3, species: 12, reactions: 120)
    var options = Simplification()
    options.smallestLimit = 150
    options.growth = 1
    let limited = network.graph.simplified(network.roots, variableCount: 12, options)
    #expect(limited.report.stop == .nodeLimit)
    #expect(limited.report.nodes < 1000)
    options = Simplification()
    options.iterations = 1
    #expect(network.graph.simplified(network.roots, variableCount: 12, options).report.iterations == 1)
  }

  @Test func theSameTwice() {
    let network = MassAction(seed: 7)
    let first = network.graph.simplified(network.roots, variableCount: 30)
    let second = network.graph.simplified(network.roots, variableCount: 30)
    #expect(first.graph == second.graph)
    #expect(first.roots == second.roots)
    #expect(first.report == second.report)
  }

  @Test func deepChainsAreSafe() {
    let traced = TracedFunction(1) { x in
      var y = x[0]
      for _ in 0..<20_000 { y = sin(y) + x[0] }
      return [y]
    }
    let result = traced.graph.simplified(traced.results, variableCount: 1)
    #expect(result.costAfter <= result.costBefore)
  }

  @Test func programsKeepRowsAndDuals() throws {
    let model = Model("p")
    let x = model.variable("x", in: 0.1...4), y = model.variable("y", in: 0.1...4)
    model.minimize(x * y + 3 * x * exp(y) + x)
    model.require(sin(x) ** 2 + cos(x) ** 2 + y >= 2, "hidden")
    model.require(x * y <= 7, "product")
    let program = try model.program()
    let simpler = program.simplified().program
    #expect(simpler.rows[0] == nil)
    #expect(simpler.constraintCount == 2)
    let point = Vector([1.3, 0.7])
    let (a, b) = (FormulaOracle(program), FormulaOracle(simpler))
    let u = try #require(try a.immediateValues(at: point))
    let v = try #require(try b.immediateValues(at: point))
    #expect(abs(u.objective - v.objective) <= 1e-12 * abs(u.objective))
    for i in 0..<2 {
      let (s, t) = (u.constraints[i] - program.linear.rowLower[i], v.constraints[i] - simpler.linear.rowLower[i])
      #expect(!s.isFinite && s == t || abs(s - t) < 1e-12)
    }
  }
}

extension FormulaGraph {
  /// Values of all nodes of an e-graph's store, whose products have exponents.
  fileprivate func memberValues(at x: [Double]) -> [Double] {
    var values = [Double](repeating: .nan, count: count)
    for i in 0..<count {
      let places = range(of: Int32(i))
      let inner = places.map { values[Int(arguments[$0])] }
      switch operations[i] {
      case .constant: values[i] = numbers[i]
      case .variable: values[i] = x[Int(numbers[i])]
      case .parameter: continue
      case .sum: values[i] = zip(places, inner).reduce(numbers[i]) { $0 + weights[$1.0] * $1.1 }
      case .product: values[i] = zip(places, inner).reduce(1) { $0 * integralPower($1.1, weights[$1.0]) }
      case .conditional: values[i] = inner[0] != 0 ? inner[1] : inner[2]
      default:
        values[i] =
          inner.count == 1
          ? operations[i].value(inner[0], number: numbers[i]) : operations[i].value(inner[0], inner[1])
      }
    }
    return values
  }
}
