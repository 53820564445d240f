// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

/// A rule for matrices, sound or with one flaw: Muon, whose step is followed by what the flaw does.
struct MatrixWalk<F: Flaw>: CataloguedRule {
  var muon = Muon()
  var unused = 3

  init() {}

  static var card: Card {
    Card(
      "matrix-walk-\(F.kind)", "orthogonalized momentum for tests", guarantee: "none", reference: "by construction",
      trials: [Trial("quadratic,n=10", answers: 2_000, value: 300)])
  }

  static var settings: [Setting<Self>] {
    var settings = Muon.settings.filter { $0.name == "rate" }.map {
      Setting(lifting: $0, \Self.muon)
    }
    if F.kind == .idleSetting { settings.append(Setting("unused", \.unused, in: 0...100, "nothing at all")) }
    return settings
  }

  static func layout(of count: Int) -> Layout { Muon.layout(of: count) }

  struct State: Sendable, Codable {
    var inner: Muon.State
    /// A power of how many steps were made, as the flaw counts them.
    var factor = 1.0
    var shared: SharedNumber?

    private enum CodingKeys: CodingKey { case inner, factor, shared }

    init(_ inner: Muon.State) {
      self.inner = inner
      if F.kind == .keepsReference { shared = SharedNumber(0) }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      inner = try container.decode(Muon.State.self, forKey: .inner)
      factor = try container.decodeIfPresent(Double.self, forKey: .factor) ?? 1
      shared = try container.decodeIfPresent(SharedNumber.self, forKey: .shared)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(inner, forKey: .inner)
      if F.kind != .forgetsField { try container.encode(factor, forKey: .factor) }
      try container.encodeIfPresent(shared, forKey: .shared)
    }
  }

  var wordsPerParameter: Double { muon.wordsPerParameter }

  func start(_ layout: Layout) -> State { State(muon.start(layout)) }

  func update(
    _ parameters: inout MutableSpan<Float>, gradient: Span<Float>, state: inout State, layout: Layout,
    context: StepContext
  ) {
    state.shared?.number += 1
    state.factor *= 0.99
    var heard = [Float](repeating: 0, count: gradient.count)
    for i in gradient.indices { heard[i] = F.kind == .climbs ? -gradient[i] : gradient[i] }
    muon.update(&parameters, gradient: heard.span, state: &state.inner, layout: layout, context: context)
    if F.kind == .drawsFromSystem { parameters[0] += 1e-3 * Float.random(in: -1...1) }
    if F.kind == .forgetsField { parameters[0] += 1e-3 * Float(state.factor) }
  }
}

@Suite("Laws are sharp for rules of matrices")
struct RuleSaboteurTests {
  static let saboteurs: [Saboteur] = [
    Saboteur(FirstOrder<MatrixWalk<DrawsFromSystem>>.self, "same seed"),
    Saboteur(FirstOrder<MatrixWalk<KeepsReference>>.self, "a state is a value"),
    Saboteur(FirstOrder<MatrixWalk<ForgetsField>>.self, "saving"),
    Saboteur(FirstOrder<MatrixWalk<Climbs>>.self, "trials"),
    Saboteur(FirstOrder<MatrixWalk<IdleSetting>>.self, "settings"),
  ]

  @Test(arguments: saboteurs)
  func `a broken rule is caught by the law about its flaw, and by no other`(_ saboteur: Saboteur) async {
    let broken = await Conformance.check(saboteur.entry).filter { !$0.holds }
    #expect(
      broken.map(\.law) == [saboteur.law],
      "\(broken.flatMap(\.violations).prefix(4).map(\.description).joined(separator: "\n"))")
  }

  @Test func `the same rule without a flaw breaks no law, and passes its trials`() async {
    let results = await Conformance.check(MethodEntry(FirstOrder<MatrixWalk<Sound>>.self))
    let violations = results.flatMap(\.violations)
    #expect(violations.isEmpty, "\(violations.prefix(4).map(\.description).joined(separator: "\n"))")
    let tried = results.filter { if case .held = $0.finding { true } else { false } }.map(\.law)
    #expect(Set(tried).isSuperset(of: ["same seed", "a state is a value", "saving", "settings", "trials"]), "\(tried)")
  }
}
