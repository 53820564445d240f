// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNative
import GradusNumerics
import Testing

/// Matrix rules against plain reference programs, and what holds for all of them.
@Suite struct MatrixRuleTests {
  struct Golden: Decodable {
    struct Tensor: Decodable {
      var name: String
      var shape: [Int]
    }
    var steps: Int
    var tensors: [Tensor]
    var rules: [String: [String: [Double]]]
    var layout: Layout { Layout(tensors.map { ($0.name, $0.shape) }) }
  }

  static let golden: Golden? = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appending(path: "GoldenTests/Golden/matrix-rules.json")
    return (try? Data(contentsOf: path)).flatMap { try? JSONDecoder().decode(Golden.self, from: $0) }
  }()

  /// The hash of the reference program as a number in [−1, 1).
  static func noise(_ k: Int, _ t: Int) -> Double {
    var h = UInt32(truncatingIfNeeded: (k + 1) * 2_654_435_761 + t * 2_246_822_519)
    h = (h ^ (h >> 15)) &* 2_246_822_519
    h = (h ^ (h >> 13)) &* 3_266_489_917
    h ^= h >> 16
    return Double(h) / 2_147_483_648 - 1
  }

  static func gradient(_ layout: Layout, _ t: Int, isExtreme: Bool) -> [Float] {
    let scale = isExtreme ? [1e-6, 1, 1e6][t % 3] : 1
    var result = [Float](repeating: 0, count: layout.count)
    for slot in layout.slots {
      let rows = slot.shape[0], columns = slot.count / rows
      for i in 0..<slot.count where rows <= 4 || slot.shape.count == 1 || (i / columns + t) % 4 != 0 {
        result[slot.offset + i] = Float(scale * noise(slot.offset + i, t))
      }
    }
    return result
  }

  static func start(_ count: Int) -> [Float] { (0..<count).map { Float(cos(0.9 * Double($0))) } }

  /// Parameters and memory after steps `range`.
  static func run<R: UpdateRule>(
    _ rule: R, _ layout: Layout, _ range: ClosedRange<Int>, from parameters: [Float]? = nil, _ memory: R.State? = nil,
    isExtreme: Bool = false, crew: WorkCrew? = nil
  ) -> ([Float], R.State) {
    var parameters = parameters ?? start(layout.count)
    var state = memory ?? rule.start(layout)
    for t in range {
      let gradient = gradient(layout, t, isExtreme: isExtreme)
      var span = parameters.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t, crew: crew))
    }
    return (parameters, state)
  }

  private func check<R: CataloguedRule>(
    _ name: String, _ rule: R, kinds: [String] = ["plain", "extreme"]
  ) throws {
    let golden = try #require(Self.golden, "Tests/GoldenTests/Golden/matrix-rules.json is missing")
    for kind in kinds {
      let wanted = try #require(golden.rules[name]?[kind])
      let (found, _) = Self.run(rule, golden.layout, 1...golden.steps, isExtreme: kind == "extreme")
      for slot in golden.layout.slots {
        // Sums cancel and directions are of whole matrices, so errors are relative to the largest number of the tensor.
        let scale = slot.range.reduce(1e-300) { max($0, abs(wanted[$1]), abs(cos(0.9 * Double($1)))) }
        let error = slot.range.reduce(0.0) { max($0, abs(Double(found[$1]) - wanted[$1])) } / scale
        #expect(error <= 1e-5, "\(name), \(kind), \(slot.name): \(error)")
      }
    }
  }

  @Test func muon() throws {
    try check("muon", Muon())
    var plain = Muon()
    (plain.rate, plain.momentum, plain.isNesterov, plain.steps, plain.scale, plain.decay) = (
      0.01, 0.8, false, 4, .adam, 0.1
    )
    try plain.set("adam_rate", "1e-2")
    try plain.set("adam_beta1", "0.8")
    try plain.set("adam_beta2", "0.9")
    try plain.set("adam_epsilon", "1e-6")
    try plain.set("adam_decay", "0.2")
    try check("muon-plain", plain)
  }

  @Test func norMuon() throws {
    var rule = NorMuon()
    rule.decay = 0.1
    try check("normuon", rule)
  }

  @Test func swan() throws {
    try check("swan", SWAN(settings: [("rate", "1e-2"), ("decay", "0.1")]))
    try check("swan-short", SWAN(settings: [("rate", "1e-2"), ("share", "0.4"), ("steps", "2")]))
  }

  @Test func lionNuclear() throws {
    try check("lion-nuclear", LionNuclear(settings: [("rate", "1e-2")]))
    try check("lion-nuclear-exact", LionNuclear(settings: [("rate", "1e-2"), ("exact", "true")]))
  }

  /// Gradients of sizes 1e-6 to 1e6 leave eigenvalues from 1e-12 to 1e12 in the second moments, of which single precision
  /// keeps those above 6e-8 of the largest; the rest, and what their inverse roots enlarge, is decided by rounding. The
  /// trajectory with such gradients is therefore compared for a damping above that.
  @Test func shampoo() throws {
    try check(
      "shampoo-damped",
      Shampoo(settings: [
        ("rate", "1e-2"), ("beta2", "0.95"), ("epsilon", "1e10"), ("interval", "1"), ("decay", "0.1"),
      ]))
    try check(
      "shampoo",
      Shampoo(settings: [
        ("rate", "1e-2"), ("beta2", "0.95"), ("epsilon", "1e-3"), ("interval", "1"), ("decay", "0.1"),
      ]), kinds: ["plain"])
    try check(
      "shampoo-sums",
      Shampoo(settings: [
        ("rate", "1e-1"), ("beta1", "0"), ("beta2", "1"), ("epsilon", "1e-2"), ("graft", "none"), ("interval", "3"),
      ]), kinds: ["plain"])
    try check(
      "shampoo-blocks",
      Shampoo(settings: [
        ("rate", "1e-2"), ("beta2", "0.9"), ("epsilon", "1e-3"), ("graft", "sgd"), ("interval", "2"), ("root", "2"),
        ("block", "4"),
      ]), kinds: ["plain"])
  }

  @Test func soap() throws {
    try check("soap", SOAP(settings: [("interval", "3"), ("largest", "6")]))
  }

  @Test func adafactor() throws {
    try check("adafactor", Adafactor(settings: [("rate", "0.05")]))
    try check(
      "adafactor-momentum",
      Adafactor(settings: [
        ("exponent", "0.7"), ("clip", "0.8"), ("momentum", "0.9"), ("relative", "false"), ("scaled", "false"),
        ("decay", "0.1"),
      ]))
  }

  @Test func mfac() throws {
    try check(
      "m-fac", MFAC(settings: [("rate", "1e-2"), ("window", "8"), ("damping", "1e-2"), ("decay", "0.1")]))
    try check(
      "m-fac-coupled",
      MFAC(settings: [
        ("rate", "1e-2"), ("damping", "1e-1"), ("momentum", "0"), ("decay", "0.1"), ("coupled", "true"),
      ]))
  }
}
