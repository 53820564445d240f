// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusDiscrete
import GradusNumerics
import Testing

/// Two groups of three cities and one between them: without subtour rows the optimum has several tours.
struct Tours: Sendable {
  struct Edge: Sendable {
    var a: Int
    var b: Int
  }

  let x = [0, 1, 0.5, 10, 11, 10.5, 5]
  let y = [0.0, 0, 1, 0, 0, 1, 3]
  let edges: [Edge]

  init() {
    var edges: [Edge] = []
    for a in 0..<7 { for b in (a + 1)..<7 { edges.append(Edge(a: a, b: b)) } }
    self.edges = edges
  }

  func length(_ a: Int, _ b: Int) -> Double {
    let (dx, dy) = (x[a] - x[b], y[a] - y[b])
    return (dx * dx + dy * dy).squareRoot()
  }

  /// Every city has two edges.
  var degrees: StandardForm {
    var rows: [[Double]] = []
    for i in x.indices { rows.append(edges.map { $0.a == i || $0.b == i ? 1 : 0 }) }
    let twos = [Double](repeating: 2, count: x.count)
    return SmallPrograms.form(
      costs: edges.map { length($0.a, $0.b) }, rows: rows, rowLower: twos, rowUpper: twos,
      upper: [Double](repeating: 1, count: edges.count),
      kinds: [VariableKind](repeating: .integer, count: edges.count))
  }

  /// Each component of the chosen edges needs two edges that leave it.
  func subtours(_ chosen: Vector) -> [LinearCut] {
    var component = Array(x.indices)
    for _ in x.indices {
      for (k, e) in edges.enumerated() where chosen[k] > 0.5 {
        let least = min(component[e.a], component[e.b])
        component[e.a] = least
        component[e.b] = least
      }
    }
    let roots = Set(component).sorted()
    if roots.count == 1 { return [] }
    var cuts: [LinearCut] = []
    for root in roots {
      let crossing = edges.indices.filter { k in
        (component[edges[k].a] == root) != (component[edges[k].b] == root)
      }
      cuts.append(LinearCut(columns: crossing, values: [Double](repeating: 1, count: crossing.count), lower: 2))
    }
    return cuts
  }

  /// Of all tours from the last city of the path through the rest and back to the first city.
  func shortest(_ path: [Int], _ rest: [Int]) -> Double {
    let last = path[path.count - 1]
    if rest.isEmpty { return length(last, path[0]) }
    var best = Double.infinity
    for next in rest {
      best = min(best, length(last, next) + shortest(path + [next], rest.filter { $0 != next }))
    }
    return best
  }
}

@Suite(.enabled(if: Installed.highs != nil, Installed.reason))
struct CutTests {
  let tours = Tours()

  @Test func subtoursAreCutOffUntilATourIsLeft() async throws {
    let problem = try MixedIntegerProgram(tours.degrees)
    let tours = tours
    let oracle = try HighsCutOracle(tours.degrees) { tours.subtours($0) }
    let run = try Run(problem, by: HighsCuts(), asking: oracle)
    let solution = try await run.finish(until: .answers(200))
    #expect(run.state.cuts.count >= 2)
    #expect(run.state.isComplete)
    #expect(solution.verdict.outcome == .optimal)
    #expect(abs((solution.report.value ?? 0) - tours.shortest([0], Array(1..<7))) < 1e-9)
    #expect(run.progress.counts.contains { $0.kind == "separation" && $0.count == run.state.round })
  }

  @Test func aLimitOfRoundsClaimsNothing() async throws {
    let problem = try MixedIntegerProgram(tours.degrees)
    let tours = tours
    let oracle = try HighsCutOracle(tours.degrees) { tours.subtours($0) }
    var method = HighsCuts()
    method.rounds = 1
    let run = try Run(problem, by: method, asking: oracle)
    let solution = try await run.finish(until: .answers(200))
    #expect(solution.report.claim == nil)
    #expect(solution.report.value == nil)
    #expect(solution.stopped.kind == .iterations)
    #expect(solution.verdict.outcome != .optimal)
  }

  @Test func rowsThatHoldAreNotAddedForEver() async throws {
    let problem = try MixedIntegerProgram(SmallPrograms.wyndor)
    let oracle = try HighsCutOracle(SmallPrograms.wyndor) { _ in
      [LinearCut(columns: [0], values: [1], upper: 100), LinearCut(columns: [99], values: [1], upper: -1)]
    }
    let run = try Run(problem, by: HighsCuts(), asking: oracle)
    let solution = try await run.finish(until: .answers(20))
    #expect(run.state.round == 1 && run.state.cuts.isEmpty)
    #expect(solution.report.value == 36)
  }
}
