// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics
import Testing

@Suite struct CodeTapeTests {
  private static let variants: [CodeTape.Options] = [
    [], [.shared], [.fused], [.compact], [.shared, .fused], [.shared, .fused, .compact], .all,
  ]

  /// Every variant computes what the graph does, also for numbers of points that fill no batch.
  @Test(arguments: 1...8)
  func tapesComputeTheFormulas(seed: Int) throws {
    var formulas = PartialFormulas(seed: 40 + seed, operations: 12)
    for count in [1, 31, 32, 33, 70] {
      let x = (0..<3 * count).map { _ in formulas.number() }
      for options in Self.variants {
        let tape = try CodeTape(formulas.graph, roots: formulas.roots, variableCount: 3, options)
        let values = tape.values(of: x, count: count)
        for p in 0..<count {
          let point = (0..<3).map { x[$0 * count + p] }
          for (k, root) in formulas.roots.enumerated() {
            let (u, v) = (formulas.graph.value(of: root, at: point), values[k * count + p])
            if u.isFinite, abs(u) < 1e6 {
              #expect(abs(u - v) <= 1e-8 * max(1, abs(u)), "\(options.rawValue): \(u) became \(v)")
            }
          }
        }
      }
    }
  }

  @Test func optimizedCodeOfNetworksIsShorter() throws {
    for seed in 1...5 {
      let network = MassAction(seed: seed)
      let plain = try CodeTape(network.graph, roots: network.roots, variableCount: 30, [])
      let best = try CodeTape(network.graph, roots: network.roots, variableCount: 30)
      #expect(plain.cost == network.graph.writtenCost(of: network.roots))
      #expect(best.cost <= 0.75 * plain.cost)
      #expect(best.registerCount < 150)
    }
  }

  @Test func sourceIsC() throws {
    let traced = TracedFunction(2) { x in [2 * exp(x[0]) * x[1] + x[0], max(x[0], x[1])] }
    let source = try traced.compiled([.shared, .fused, .compact]).cSource(named: "f")
    #expect(source.contains("void f(const double *x, double *y) {"))
    #expect(source.contains("r2 = exp(x[0]);"))
    #expect(source.contains("y[1] = "))
    #expect(source.contains("? x[0] : x[1]"))
  }

  @Test func codeThatWouldBeEndlessIsRefused() {
    let traced = TracedFunction(1) { x in
      var y = x[0]
      for _ in 0..<60 { y = y * y + y }
      return [y]
    }
    #expect(throws: FormulaTooLong.self) {
      try CodeTape(traced.graph, roots: traced.results, variableCount: 1, [], limit: 10_000)
    }
  }

  private func drag<N: SymbolicNumber>(_ v: N) -> N {
    0.5 * v * v * Symbolic.exp(-v) + Symbolic.choose(where: v, isLess: 0, 1, otherwise: 2)
  }

  @Test func genericFunctionsAreTraced() throws {
    let traced = TracedFunction(1) { [drag($0[0])] }
    let tape = try traced.compiled()
    for v in [-1.5, 0, 0.7, 3] { #expect(abs(tape.values(at: [v])[0] - drag(v)) <= 1e-14 * abs(drag(v))) }
  }

  @Test func gatheredSumsAreOneNode() {
    var graph = FormulaGraph()
    let x = (0..<50).map { graph.variable($0) }
    var total = graph.constant(0)
    for k in 0..<2000 {
      let term = graph.product(x[k % 50], x[(k / 50) % 50])
      total = graph.sum([(1, total), (0.25, term)])
    }
    let point = (0..<50).map { 0.1 * Double($0) - 2 }
    let before = graph.value(of: total, at: point)
    let gathered = graph.gathered(total)
    #expect(graph.operations[Int(gathered)] == .sum)
    #expect(graph.range(of: gathered).count < 1300)
    #expect(abs(graph.value(of: gathered, at: point) - before) <= 1e-12 * abs(before))
    let logarithm = graph.unary(.logarithm, x[0])
    let twice = graph.sum([(1, graph.sum([(1, logarithm), (1, x[1])])), (-1, logarithm)])
    let point2 = [-1.0] + [Double](repeating: 1, count: 49)
    let node = graph.gathered(twice)
    #expect(graph.value(of: node, at: point2).isNaN)
  }
}
