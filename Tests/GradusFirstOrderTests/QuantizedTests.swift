// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusNative
import GradusNumerics
import Testing

/// Memory in bytes.
@Suite struct QuantizedTests {
  /// A convex problem with scales from 1 to 10⁻³: f = ½Σ aⱼ(θⱼ − cⱼ)², with noise in the gradient.
  static func run(_ rule: some UpdateRule, _ count: Int, steps: Int, crew: WorkCrew? = nil) -> (Double, [UInt32]) {
    let layout = Layout([("w", [count]), ("b", [100])])
    let n = layout.count
    var stream = RandomStream(seed: 3)
    let target = (0..<n).map { _ in Float(stream.normal()) }
    let scale = (0..<n).map { powf(10, -3 * Float($0 / 512) / Float(n / 512)) }
    var (parameters, state) = ([Float](repeating: 0, count: n), rule.start(layout))
    for t in 1...steps {
      let gradient = (0..<n).map { scale[$0] * (parameters[$0] - target[$0] + 0.1 * Float(stream.normal())) }
      var span = parameters.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t, crew: crew))
    }
    let loss = (0..<n).reduce(0.0) { $0 + 0.5 * Double(scale[$1]) * pow(Double(parameters[$1] - target[$1]), 2) }
    return (loss, parameters.map(\.bitPattern))
  }

  @Test func nearlyAsGoodAsWholeNumbers() {
    var adam = AdamW()
    (adam.rate, adam.decay) = (0.01, 0)
    let (whole, _) = Self.run(adam, 9000, steps: 300)
    let (bytes, bits) = Self.run(Quantized(adam), 9000, steps: 300)
    #expect(bytes <= 1.1 * whole && whole <= 1.1 * bytes, "\(bytes) in bytes, \(whole) in 32 bits")
    let (_, others) = Self.run(Quantized(adam), 9000, steps: 300, crew: WorkCrew(width: 2))
    #expect(bits == others)
  }

  @Test(arguments: ["momentum", "lion", "adabelief", "cocob"])
  func otherRules(_ name: String) {
    func check(_ rule: some FusedRule, within share: Double) {
      let (whole, _) = Self.run(rule, 5000, steps: 200)
      let (bytes, _) = Self.run(Quantized(rule), 5000, steps: 200)
      #expect(bytes <= share * whole, "\(bytes) in bytes, \(whole) in 32 bits")
    }
    switch name {
    case "momentum": check(SGD(), within: 1.1)
    case "lion":
      var lion = Lion()
      lion.rate = 0.01
      check(lion, within: 1.1)
    case "adabelief":
      var belief = AdaBelief()
      belief.rate = 0.01
      check(belief, within: 1.2)
    default: check(COCOB(), within: 2)
    }
  }

  /// Small tensors keep their bits; large ones take a quarter of the memory.
  @Test func memory() throws {
    let layout = Layout([("w", [100, 1000]), ("b", [100])])
    let state = Quantized(AdamW()).start(layout)
    #expect(Double(state.byteCount) <= 0.27 * Double(8 * layout.count))
    let small = Layout([("w", [100])])
    let start = UpdateRuleTests.start(100)
    let (whole, _) = UpdateRuleTests.run(AdamW(), small, from: start, 1...5)
    let (bytes, _) = UpdateRuleTests.run(Quantized(AdamW()), small, from: start, 1...5)
    #expect(whole == bytes)
  }

  @Test func savingChangesNothing() throws { _ = try CombinatorTests.run(Quantized(AdamW(), least: 4)) }
}
