// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics

/// Code for the right-hand sides of random mass-action networks, before and after equality saturation.
///
///     ẋᵢ = Σ_r νᵢᵣ·k_r·Π(reactants of r);   30 species, 90 reactions of 1 or 2 reactants and products, k_r in [0.1, 10]
///
/// Costs are those of `CostTable`. The input counts as it is written: every equation by itself, nothing shared. What comes
/// out counts as it is computed: an e-graph holds equal parts once, and so does the code. How much of that is sharing and
/// how much is factoring is measured apart. Times are the best of interleaved repetitions.
public struct SymbolicEngine: AtlasEntry {
  public static let system = "Symbolic engine"
  public static let home = "FormulaGraph.simplified, CodeTape, FormulaGraph.gathered"
  public static let scale = AtlasScale(
    paper: "symbolic transformations (113×), a reaction network (half the time), a reaction–diffusion PDE (157×)",
    here: "30 species, 90 reactions, 2,000 points; a sum of 2,000 terms in 300 symbols (fast: the same)")
  public static let claims = [
    AtlasClaim(
      "cost", "The code extracted from the e-graph costs at most 0.75 of the input expression.",
      metric: "cycles by the table", baseline: "every equation as it is written", .atMost, 0.75),
    AtlasClaim(
      "values", "Its values at 100 random points differ by at most 1e-10, relative to at least 1.",
      metric: "largest difference", .atMost, 1e-10, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "speed", "The optimized tape is at least 1.3 times as fast as the one of the input.",
      metric: "seconds for 2,000 points", baseline: "the tape of every equation as it is written", .atMost, 1 / 1.3,
      isTimed: true),
    AtlasClaim(
      "dictionaries", "Dictionaries simplify a sum of 2,000 terms at least 10 times as fast as binary trees.",
      metric: "seconds", baseline: "binary trees, the same rules applied by insertion", .atMost, 0.1,
      isSecondary: true, isTimed: true),
    AtlasClaim(
      "factoring", "Without counting shared parts once, the equations extracted cost at most 0.75 of the input.",
      metric: "cycles by the table, written out", baseline: "every equation as it is written", .atMost, 0.75,
      isSecondary: true),
  ]
  public static let standing = AtlasStanding.partly(
    tried: """
      Written out, factoring alone reaches 0.78 to 0.84 at 2 to 3 reactions a species and 0.74 at 10 a species; on top of \
      shared parts it gains nothing, as a rate that two equations have is computed once already. More rules do not help: a \
      species is a factor of half the terms of its own equation and of few others, so that little more than a fifth of all \
      multiplications can be drawn out. Counting a multiplication with its addition as one would, but so is nothing computed.
      """)
  public static let saboteur = AtlasSaboteur.crippled(
    "the code of the equations as they are written, with rates of single precision, and trees for dictionaries")

  public init() {}

  private static let species = 30
  private static let points = 2000

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    var random = trial.random.child("network")
    let (graph, roots) = Self.network(trial.random.child("network"), isRounded: false)
    let n = Self.species
    let plain = try CodeTape(graph, roots: roots, variableCount: n, [])
    let written = graph.writtenCost(of: roots)
    let tape: CodeTape
    let factored: Double
    switch subject {
    case .system:
      tape = try CodeTape(graph, roots: roots, variableCount: n)
      var options = Simplification()
      options.counting = .written
      factored = graph.simplified(roots, variableCount: n, options).costAfter
    case .saboteur:
      let (rounded, same) = Self.network(trial.random.child("network"), isRounded: true)
      tape = try CodeTape(rounded, roots: same, variableCount: n, [])
      factored = written
    }
    try trial.step(0.2)

    let x = (0..<n * 100).map { _ in 2 * Self.uniform(&random) }
    let difference = zip(plain.values(of: x, count: 100), tape.values(of: x, count: 100))
      .map { abs($0 - $1) / max(1, abs($0)) }.max()
    let many = (0..<n * Self.points).map { _ in 2 * Self.uniform(&random) }
    let times = Self.interleaved(
      30, { _ = tape.values(of: many, count: Self.points) }, { _ = plain.values(of: many, count: Self.points) })
    try trial.step(0.6)

    let terms = (0..<2000).map { _ in (0.5 + Self.uniform(&random), Int(300 * Self.uniform(&random))) }
    let chain = Self.chain(terms)
    let trees: () -> Void = { _ = BinaryTree.simplified(terms) }
    let sums = Self.interleaved(
      10, subject == .system ? { _ = Self.gathered(chain.graph, chain.root) } : trees, trees)
    return [
      AtlasObservation("cost", measured: tape.cost, baseline: plain.cost),
      AtlasObservation("values", measured: difference ?? .nan),
      AtlasObservation("speed", measured: times.first, baseline: times.second),
      AtlasObservation("dictionaries", measured: sums.first, baseline: sums.second),
      AtlasObservation("factoring", measured: factored, baseline: written),
    ]
  }

  private static func uniform(_ random: inout RandomStream) -> Double { Double(random.next() >> 11) * 0x1p-53 }

  private static func network(
    _ stream: RandomStream, isRounded: Bool
  ) -> (graph: FormulaGraph, roots: [FormulaGraph.Node]) {
    var random = stream
    var graph = FormulaGraph()
    func below(_ n: Int) -> Int { Int(random.next() % UInt64(n)) }
    let x = (0..<species).map { graph.variable($0) }
    var changes: [[(weight: Double, node: FormulaGraph.Node)]] = Array(repeating: [], count: species)
    for _ in 0..<90 {
      let exact = 0.1 + 9.9 * uniform(&random)
      let rate = isRounded ? Double(Float(exact)) : exact
      let reactants = (0..<1 + below(2)).map { _ in below(species) }
      let products = (0..<1 + below(2)).map { _ in below(species) }
      let flux = reactants.dropFirst().reduce(x[reactants[0]]) { graph.product($0, x[$1]) }
      for s in reactants { changes[s].append((-rate, flux)) }
      for s in products { changes[s].append((rate, flux)) }
    }
    let roots = changes.map { graph.sum($0) }
    return (graph, roots)
  }

  /// The shortest times of two bodies that take turns.
  private static func interleaved(
    _ repetitions: Int, _ first: () -> Void, _ second: () -> Void
  ) -> (first: Double, second: Double) {
    let clock = ContinuousClock()
    func seconds(_ body: () -> Void) -> Double {
      let parts = clock.measure(body).components
      return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
    var best = (first: Double.infinity, second: Double.infinity)
    for _ in 0..<repetitions {
      best.first = min(best.first, seconds(first))
      best.second = min(best.second, seconds(second))
    }
    return best
  }

  /// ((t₁ + t₂) + t₃) + … with tₖ = cₖ·xₖ
  private static func chain(_ terms: [(Double, Int)]) -> (graph: FormulaGraph, root: FormulaGraph.Node) {
    var graph = FormulaGraph()
    var total = graph.constant(0)
    for (coefficient, symbol) in terms {
      let variable = graph.variable(symbol)
      total = graph.sum([(1, total), (coefficient, variable)])
    }
    return (graph, total)
  }

  private static func gathered(_ graph: FormulaGraph, _ root: FormulaGraph.Node) -> FormulaGraph.Node {
    var graph = graph
    return graph.gathered(root)
  }
}

/// c·x + (d·y + (…)): sums of two parts, kept in order of the symbols by rules alone.
private indirect enum BinaryTree {
  case empty
  case sum(Double, Int, BinaryTree)

  /// Adds the terms up, one by one, with commutativity, associativity and the collection of equal symbols.
  static func simplified(_ terms: [(Double, Int)]) -> BinaryTree {
    terms.reduce(.empty) { $1.0 == 0 ? $0 : $0.adding($1.0, $1.1) }
  }

  /// cx + (dx + r) = (c + d)x + r and cx + (dy + r) = dy + (cx + r) for y before x
  private func adding(_ coefficient: Double, _ symbol: Int) -> BinaryTree {
    guard case .sum(let other, let name, let rest) = self, name <= symbol else {
      return .sum(coefficient, symbol, self)
    }
    return name == symbol
      ? .sum(coefficient + other, symbol, rest) : .sum(other, name, rest.adding(coefficient, symbol))
  }
}
