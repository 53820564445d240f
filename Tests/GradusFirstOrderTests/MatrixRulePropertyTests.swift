// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNative
import GradusNumerics
import Testing

/// What the sheets promise of matrix rules, and what holds for every one: resumption, threads, and who is no matrix.
@Suite struct MatrixRulePropertyTests {
  static let layout = Layout([
    ("wide", [5, 12]), ("tall", [14, 6]), ("filters", [4, 3, 2]), ("bias", [7]), ("head", [3, 5]),
  ])

  /// What `check` wants to hold for every matrix rule.
  private func forAll(_ check: (any CataloguedRule) throws -> Void) throws {
    try check(Muon())
    try check(NorMuon())
    try check(SWAN())
    try check(LionNuclear())
    try check(LionNuclear(settings: [("exact", "true")]))
    try check(Shampoo(settings: [("interval", "3"), ("block", "5")]))
    try check(SOAP(settings: [("interval", "3")]))
    try check(Adafactor())
    try check(Adafactor(settings: [("momentum", "0.5")]))
    try check(MFAC(settings: [("window", "4")]))
  }

  private func resumes<R: CataloguedRule>(_ rule: R, at step: Int) throws {
    let (whole, _) = MatrixRuleTests.run(rule, Self.layout, 1...12)
    let (half, memory) = MatrixRuleTests.run(rule, Self.layout, 1...step)
    let store = BlockStore()
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    encoder.userInfo[.blocks] = store
    decoder.userInfo[.blocks] = store
    let saved = try decoder.decode(R.State.self, from: try encoder.encode(memory))
    let (rest, _) = MatrixRuleTests.run(rule, Self.layout, step + 1...12, from: half, saved)
    #expect(rest.map(\.bitPattern) == whole.map(\.bitPattern), "\(R.card.name) from step \(step)")
    let copy = try JSONDecoder().decode(R.self, from: try JSONEncoder().encode(rule))
    let (again, _) = MatrixRuleTests.run(copy, Self.layout, 1...12)
    #expect(again.map(\.bitPattern) == whole.map(\.bitPattern), "\(R.card.name) saved as a rule")
  }

  @Test(arguments: [1, 3, 8])
  func savingChangesNothing(_ step: Int) throws { try forAll { try resumes($0, at: step) } }

  private func sharesBits<R: CataloguedRule>(_ rule: R) {
    let layout = Layout([("a", [300, 280]), ("b", [20, 300]), ("c", [33])])
    let (one, _) = MatrixRuleTests.run(rule, layout, 1...3)
    let (two, _) = MatrixRuleTests.run(rule, layout, 1...3, crew: WorkCrew(width: 2))
    #expect(one.map(\.bitPattern) == two.map(\.bitPattern), "\(R.card.name)")
    #expect(one.allSatisfy { $0.isFinite }, "\(R.card.name)")
  }

  @Test func threadsDoNotChangeBits() throws { try forAll { sharesBits($0) } }

  private func survives<R: CataloguedRule>(_ rule: R) {
    for value in [Float(0), 1e-38, 1e18] {
      var parameters = MatrixRuleTests.start(Self.layout.count)
      var state = rule.start(Self.layout)
      let gradient = (0..<Self.layout.count).map { value * Float(MatrixRuleTests.noise($0, 1)) }
      for t in 1...3 {
        var span = parameters.mutableSpan
        rule.update(
          &span, gradient: gradient.span, state: &state, layout: Self.layout, context: StepContext(step: t))
      }
      #expect(parameters.allSatisfy { $0.isFinite }, "\(R.card.name) with gradients of \(value)")
    }
  }

  @Test func zeroTinyAndHugeGradients() throws { try forAll { survives($0) } }

  /// Vectors and heads hear AdamW with the rule's settings for them.
  @Test func whoIsNoMatrix() {
    var adam = AdamW()
    (adam.rate, adam.beta1, adam.beta2, adam.epsilon, adam.decay) = (3e-4, 0.9, 0.95, 1e-10, 0)
    let (found, _) = MatrixRuleTests.run(Muon(), Self.layout, 1...5)
    let (wanted, _) = MatrixRuleTests.run(adam, Self.layout, 1...5)
    for slot in Self.layout.slots {
      let same = slot.range.allSatisfy { found[$0] == wanted[$0] }
      #expect(same == ["bias", "head"].contains(slot.name), "\(slot.name)")
    }
    var all = Muon()
    all.exceptions = []
    let head = Self.layout.slots[4]
    #expect(all.shape(of: head)?.columns == 5 && Muon().shape(of: head) == nil)
    #expect(Muon().shape(of: Self.layout.slots[2])?.columns == 6)
    #expect(Muon().shape(of: Layout([("w", [1, 8])]).slots[0]) == nil)
    #expect(Muon().shape(of: Layout([("w", [8, 1])]).slots[0]) == nil)
  }

  /// One step of a rule from zero with rate 1, as rows.
  private func update<R: MatrixRule>(_ rule: R, _ rows: Int, _ columns: Int, steps: Int, uneven: Bool = false)
    -> [[Double]]
  {
    let layout = Layout([("w", [rows, columns])])
    var parameters = [Float](repeating: 0, count: rows * columns)
    var state = rule.start(layout)
    var before = parameters
    for t in 1...steps {
      before = parameters
      let gradient = (0..<rows * columns).map { k in
        Float(MatrixRuleTests.noise(k, t)) * (uneven ? 0.05 + Float(k / columns % 7) : 1)
      }
      var span = parameters.mutableSpan
      rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t))
    }
    return (0..<rows).map { i in
      (0..<columns).map { Double(before[i * columns + $0] - parameters[i * columns + $0]) / rule.rate }
    }
  }

  private func norm(_ row: [Double]) -> Double { row.reduce(0) { $0 + $1 * $1 }.squareRoot() }

  @Test func swanHasOrthogonalRowsAndNoMemory() {
    var rule = SWAN()
    rule.steps = 14
    let rows = update(rule, 24, 80, steps: 1)
    let lengths = rows.map(norm)
    for i in 0..<24 {
      #expect(abs(lengths[i] / lengths[0] - 1) < 0.05)
      for j in 0..<i {
        let product = zip(rows[i], rows[j]).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(product) < 0.05 * lengths[i] * lengths[j])
      }
    }
    // The length of a standardized matrix: every row has that of √columns.
    #expect(abs(norm(lengths) - (24.0 * 80).squareRoot()) < 1e-3)
    #expect(MemoryLayout<SWAN.Memory>.size == 0 && SWAN().wordsPerParameter == 0)
  }

  @Test(arguments: [(48, 16), (60, 30)])
  func norMuonEvensRowsAndKeepsTheNorm(_ shape: (Int, Int)) {
    let (rows, columns) = shape
    func variation(_ rows: [[Double]]) -> Double {
      let lengths = rows.map(norm)
      let mean = lengths.reduce(0, +) / Double(lengths.count)
      return norm(lengths.map { $0 - mean }) / Double(lengths.count).squareRoot() / mean
    }
    let plain = update(Muon(), rows, columns, steps: 50, uneven: true)
    let even = update(NorMuon(), rows, columns, steps: 50, uneven: true)
    #expect(variation(even) <= 0.5 * variation(plain))
    #expect(abs(norm(even.map(norm)) / norm(plain.map(norm)) - 1) < 2e-5)
    let state = NorMuon().start(rows: rows, columns: columns)
    #expect(Double(state.rows.count) <= Double(state.momentum.count) / Double(columns))
  }

  /// M-FAC reaches an ill-conditioned logistic loss sooner than momentum with its best rate.
  @Test func mfacNeedsFewerStepsThanMomentum() throws {
    let (count, d) = (200, 20)
    let features = (0..<count).map { i in (0..<d).map { j in MatrixRuleTests.noise(i * d + j, 7) / Double(1 + j * j) } }
    let labels = features.map { x in x.enumerated().reduce(0) { $0 + $1.1 * Double(1 + $1.0) } > 0.1 ? 1.0 : -1.0 }
    func loss(_ w: [Float]) -> (Double, [Float]) {
      var (sum, g) = (0.0, [Double](repeating: 0, count: d))
      for (x, y) in zip(features, labels) {
        let margin = y * zip(x, w).reduce(0) { $0 + $1.0 * Double($1.1) }
        sum += log(1 + exp(-margin)) / Double(count)
        let s = -y / (1 + exp(margin)) / Double(count)
        for j in 0..<d { g[j] += s * x[j] }
      }
      return (sum, g.map { Float($0) })
    }
    func steps<R: UpdateRule>(_ rule: R, until target: Double) -> Int {
      let layout = Layout([("w", [d])])
      var w = [Float](repeating: 0, count: d)
      var state = rule.start(layout)
      for t in 1...2000 {
        let (value, gradient) = loss(w)
        if !value.isFinite || value <= target { return value <= target ? t : 3000 }
        var span = w.mutableSpan
        rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t))
      }
      return 3000
    }
    let momentum = try [1.0, 3, 10, 30, 100].map { rate in
      steps(try SGD(settings: [("rate", "\(rate)"), ("momentum", "0.9")]), until: 0.25)
    }
    let mfac = try [1e-4, 1e-3, 1e-2, 1e-1].map { rate in
      steps(try MFAC(settings: [("rate", "\(rate)"), ("window", "32"), ("damping", "1e-4")]), until: 0.25)
    }
    let (best, other) = (mfac.min() ?? 3000, momentum.min() ?? 3000)
    #expect(best < other, "M-FAC \(mfac), momentum \(momentum)")
  }
}
