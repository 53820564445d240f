// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusNative
import GradusNumerics
import Testing

/// Update rules against plain reference programs, and what holds for every rule.
@Suite struct UpdateRuleTests {
  struct Golden: Decodable {
    var steps: Int
    var shapes: [String: [Int]]
    var rules: [String: [String: [Double]]]
  }

  static let golden: Golden? = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appending(path: "GoldenTests/Golden/update-rules.json")
    return (try? Data(contentsOf: path)).flatMap { try? JSONDecoder().decode(Golden.self, from: $0) }
  }()

  static func gradient(_ j: Int, _ t: Int) -> Float {
    (j + t) % 5 == 0 ? 0 : Float([1e-6, 1, 1e6][j % 3] * sin(0.7 * Double(t) + 1.3 * Double(j)))
  }

  static func start(_ count: Int) -> [Float] { (0..<count).map { Float(cos(0.9 * Double($0))) } }

  /// Parameters after steps `first...last`, with the memory at the end.
  static func run<R: UpdateRule>(
    _ rule: R, _ layout: Layout, from parameters: [Float], _ steps: ClosedRange<Int>, _ state: R.State? = nil,
    losses: (Int) -> Double = { _ in 1 }
  ) -> ([Float], R.State) {
    var parameters = parameters
    var state = state ?? rule.start(layout)
    for t in steps {
      let gradient = (0..<layout.count).map { Self.gradient($0, t) }
      var span = parameters.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t, loss: losses(t)))
    }
    return (parameters, state)
  }

  private func check(_ rule: some ElementwiseRule, _ name: String) throws {
    let golden = try #require(Self.golden, "Tests/GoldenTests/Golden/update-rules.json is missing")
    for (shape, dims) in golden.shapes {
      let layout = Layout([(shape, dims)])
      let wanted = try #require(golden.rules[name]?[shape])
      let (found, _) = Self.run(Elementwise(rule), layout, from: Self.start(layout.count), 1...golden.steps)
      // Sums cancel, so errors are relative to the largest number on the way, not to the last.
      for (j, (x, y)) in zip(found, wanted).enumerated() {
        let scale = max(abs(y), abs(cos(0.9 * Double(j))), abs(y - cos(0.9 * Double(j))))
        #expect(abs(Double(x) - y) <= 1e-5 * scale, "\(name), \(shape), \(j): \(x) instead of \(y)")
      }
    }
  }

  @Test func goldenTrajectories() throws {
    try check(AdamMoments().then(LearningRate(1e-3)), "adam")
    try check(AdamMoments(beta1: 0.8, beta2: 0.95, epsilon: 1e-6).then(Decay(0.1)).then(LearningRate(1e-2)), "adamw")
    try check(LearningRate(1e-7), "sgd")
    try check(Decay(0.01).then(Momentum(0.9, dampening: 0.5)).then(LearningRate(1e-7)), "momentum")
    try check(Momentum(0.9, isNesterov: true).then(LearningRate(1e-7)), "nesterov")
    try check(ClipByNorm(2).then(LearningRate(1e-2)), "clipped")
  }

  /// A wrong constant is seen by the comparison above.
  @Test func goldenTrajectoriesAreSharp() throws {
    let golden = try #require(Self.golden)
    let wanted = try #require(golden.rules["adamw"]?["matrix"])
    let layout = Layout([("matrix", [3, 8])])
    let rule = AdamMoments(beta1: 0.8, beta2: 0.96, epsilon: 1e-6).then(Decay(0.1)).then(LearningRate(1e-2))
    let (found, _) = Self.run(Elementwise(rule), layout, from: Self.start(24), 1...golden.steps)
    #expect(zip(found, wanted).contains { abs(Double($0) - $1) > 1e-5 * max(abs($1), 1) })
  }

  static let chain = AdamMoments().then(Momentum(0.5)).then(Decay(0.01)).then(ClipByValue(0.5)).then(LearningRate(0.01))

  /// Saved in the middle, as numbers or as blocks, a rule goes on to the same bits.
  @Test(arguments: [false, true], [5, 8, 13])
  func savingChangesNothing(_ asBlocks: Bool, _ count: Int) throws {
    let layout = Layout([("w", [count])])
    let rule = Elementwise(Self.chain)
    let (whole, _) = Self.run(rule, layout, from: Self.start(count), 1...20)
    let (half, state) = Self.run(rule, layout, from: Self.start(count), 1...9)
    let store = BlockStore()
    let encoder = JSONEncoder()
    let decoder = JSONDecoder()
    if asBlocks {
      encoder.userInfo[.blocks] = store
      decoder.userInfo[.blocks] = store
    }
    let saved = try encoder.encode(state)
    let restored = try decoder.decode(type(of: state), from: saved)
    let (rest, _) = Self.run(rule, layout, from: half, 10...20, restored)
    #expect(rest.map(\.bitPattern) == whole.map(\.bitPattern))
    #expect(store.blocks.count == (asBlocks ? 1 : 0))
  }

  @Test func memoryOfAnotherSizeIsRefused() throws {
    let cells = Cells(repeating: Self.chain.cell, count: 2)
    let text = try #require(String(bytes: try JSONEncoder().encode(cells), encoding: .utf8))
    let longer = text.replacingOccurrences(of: "\"count\":2", with: "\"count\":3")
    #expect(longer != text)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(type(of: cells), from: Data(longer.utf8))
    }
  }

  /// Where a coordinate lies in a lane does not matter.
  @Test func coordinatesAreTreatedAlike() {
    let rule = Elementwise(Self.chain)
    let layout = Layout([("w", [29])])
    let (found, _) = Self.run(rule, layout, from: Self.start(29), 1...20)
    for j in 0..<29 {
      let one = Layout([("w", [1])])
      var parameter = [Self.start(29)[j]]
      var state = rule.start(one)
      for t in 1...20 {
        var span = parameter.mutableSpan
        rule.update(
          &span, gradient: [Self.gradient(j, t)].span, state: &state, layout: one, context: StepContext(step: t))
      }
      #expect(parameter[0].bitPattern == found[j].bitPattern)
    }
  }

  /// Threads, and a factor of one, change no bit; a factor of two is a doubled rate.
  @Test func threadsAndFactors() {
    let count = 100_003
    let layout = Layout([("w", [count])])
    let gradient = (0..<count).map { Self.gradient($0, 1) }
    func run(_ rate: Double, _ factor: Double, _ crew: WorkCrew?) -> [UInt32] {
      let rule = Elementwise(AdamMoments().then(ClipByNorm(1)).then(LearningRate(rate)))
      var (parameters, state) = (Self.start(count), rule.start(layout))
      for t in 1...3 {
        var span = parameters.mutableSpan
        rule.update(
          &span, gradient: gradient.span, state: &state, layout: layout,
          context: StepContext(step: t, rateFactor: factor, crew: crew))
      }
      return parameters.map(\.bitPattern)
    }
    let alone = run(0.01, 1, nil)
    #expect(alone == run(0.01, 1, WorkCrew(width: 2)))
    #expect(alone == run(0.005, 2, WorkCrew(width: 3)))
    #expect(alone != run(0.005, 1, nil))
  }

  @Test func wordsPerParameter() {
    #expect(Elementwise(AdamMoments().then(Decay(0.1)).then(LearningRate(1))).wordsPerParameter == 2)
    #expect(Elementwise(Momentum().then(LearningRate(1))).wordsPerParameter == 1)
    #expect(Elementwise(LearningRate(1)).wordsPerParameter == 0)
  }

  @Test func schedules() {
    let cosine = Schedule(peak: 2, shape: .cosine, warmup: 10, steps: 110, floor: 0.1)
    #expect(cosine.rate(at: 1) == 0.2)
    #expect(cosine.rate(at: 10) == 2)
    #expect(abs(cosine.rate(at: 60) - 1.1) < 1e-12)
    #expect(abs(cosine.rate(at: 110) - 0.2) < 1e-12)
    #expect(cosine.rate(at: 1000) == cosine.rate(at: 110))
    let linear = Schedule(peak: 1, shape: .linear, steps: 100)
    #expect(linear.rate(at: 25) == 0.75)
    #expect(linear.rate(at: 100) == 0)
    #expect(Schedule(peak: 3, warmup: 4).rate(at: 3) == 2.25)
    #expect(Schedule(peak: 3, warmup: 4).rate(at: 400) == 3)
  }

  @Test func layouts() {
    let layout = Layout([("weight", [3, 4]), ("bias", [4])])
    #expect(layout.count == 16)
    #expect(layout["bias"]?.range == 12..<16)
    #expect(layout["none"] == nil)
  }
}
