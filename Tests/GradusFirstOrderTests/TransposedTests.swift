// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

/// Rules that are shown matrices with rows and columns exchanged.
@Suite struct TransposedTests {
  private static let layout = Layout([("w", [19, 34]), ("b", [5]), ("filter", [4, 3, 2])])

  private static func walked(_ rule: some UpdateRule, _ layout: Layout, turns: Bool) -> [Float] {
    var point = [Float](repeating: 0, count: layout.count)
    var state = rule.start(layout)
    for t in 1...6 {
      var stream = RandomStream(seed: 8).child("step", t)
      var gradient = (0..<layout.count).map { _ in Float(stream.normal()) }
      if turns { gradient = turned(gradient) }
      var span = point.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t, loss: 1))
    }
    return point
  }

  /// The first 19 × 34 numbers transposed.
  private static func turned(_ x: [Float]) -> [Float] {
    var y = x
    for i in 0..<19 {
      for j in 0..<34 { y[j * 19 + i] = x[i * 34 + j] }
    }
    return y
  }

  @Test func elementwiseRulesDoNotNotice() {
    #expect(
      Self.walked(Transposed(AdamW()), Self.layout, turns: false) == Self.walked(AdamW(), Self.layout, turns: false))
  }

  @Test func rowsAreColumns() {
    let other = Layout([("w", [34, 19]), ("b", [5]), ("filter", [4, 3, 2])])
    let there = Self.turned(Self.walked(Transposed(NorMuon()), Self.layout, turns: false))
    let expected = Self.walked(NorMuon(), other, turns: true)
    #expect(there == expected)
    #expect(
      Self.walked(NorMuon(), Self.layout, turns: false)
        != Self.walked(
          Transposed(NorMuon()), Self.layout, turns: false))
    #expect(Transposed(NorMuon()).turned(Self.layout).slots.map(\.shape) == other.slots.map(\.shape))
    #expect(
      Self.walked(Transposed(NorMuon(), "other*"), Self.layout, turns: false)
        == Self.walked(NorMuon(), Self.layout, turns: false))
  }

  /// The layout says that rows of "w" belong to inputs: the rules that take rows for neurons turn it themselves, and no other
  /// rule notices.
  @Test(arguments: RuleCatalog.entries.map(\.card.name))
  func layoutsSayWhatRowsAre(_ name: String) throws {
    let rule = try RuleCatalog.entry(named: name).open()
    var layout = Layout()
    for slot in Self.layout.slots { layout.append(slot.name, slot.shape, isInputsFirst: slot.name == "w") }
    let seesRows = rule is any MatrixRule || rule is AdamP || rule is SGDP
    func walks(_ rule: some UpdateRule) -> Bool {
      let expected =
        seesRows
        ? Self.walked(Transposed(rule, "w"), Self.layout, turns: false) : Self.walked(rule, Self.layout, turns: false)
      return Self.walked(rule, layout, turns: false) == expected
    }
    let isTold = walks(rule)
    #expect(isTold)
  }

  /// Rules for some of the tensors are told as well.
  @Test func partsOfLayoutsSayWhatRowsAre() {
    var layout = Layout()
    for slot in Self.layout.slots { layout.append(slot.name, slot.shape, isInputsFirst: slot.name == "w") }
    func parts<Rule: UpdateRule>(_ rule: Rule) -> Partitioned<SGD, Rule> { Partitioned("b", SGD(), else: rule) }
    #expect(
      Self.walked(parts(NorMuon()), layout, turns: false)
        == Self.walked(parts(Transposed(NorMuon(), "w")), Self.layout, turns: false))
  }

  @Test func averagesAreTurnedBack() {
    let rule = Transposed(Averaged(SGD(), .moving(0.9)))
    let layout = Self.layout
    var point = (0..<layout.count).map(Float.init)
    let plain = Averaged(SGD(), .moving(0.9))
    var (state, others) = (rule.start(layout), plain.start(layout))
    var twin = point
    let gradient = [Float](repeating: 1, count: layout.count)
    for t in 1...3 {
      var span = point.mutableSpan
      rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t))
      var other = twin.mutableSpan
      plain.update(&other, gradient: gradient.span, state: &others, layout: layout, context: StepContext(step: t))
    }
    #expect(
      rule.evaluationPoint(point.span, state: state, layout: layout)
        == plain.evaluationPoint(twin.span, state: others, layout: layout))
  }

  @Test func savingChangesNothing() throws { _ = try CombinatorTests.run(Transposed(NorMuon())) }
}
