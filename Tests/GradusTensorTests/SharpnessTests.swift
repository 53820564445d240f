// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import GradusTrace
import Testing

/// A fault that changes what anybody computes is caught by a law that is about it, whichever operation has it.
@Suite("Every law catches a broken copy of every operation")
struct SharpnessTests {
  private typealias Fault = FaultyRule.Fault
  private typealias Law = DerivativeLaws.Law

  /// The faults of one operation of `inputs` inputs, and the laws of which one at least must catch each.
  private static func faults(_ inputs: Int) -> [(fault: Fault, laws: Set<Law>)] {
    let each = (0..<inputs).flatMap { k -> [(fault: Fault, laws: Set<Law>)] in
      [
        (.scaled(k), [.directional, .adjoint]), (.negated(k), [.directional, .adjoint]),
        (.dropped(k), [.directional, .adjoint]), (.misplaced(k), [.directional, .adjoint]), (.kernel(k), [.recorded]),
        // An inner operation some of whose inputs never want to hear, or always lie apart, is wrong everywhere.
        (.part(k), [.part, .directional]), (.layout(k), [.layout, .directional, .recorded]),
      ]
    }
    return each + [
      (.tangent, [.adjoint]), (.curvature, [.reverseOverReverse, .forwardOverReverse]), (.threads, [.threads]),
      (.precision, [.precision]), (.memory, [.memory]),
    ]
  }

  /// The function of a case, something nonlinear behind it, whose operation number `index` has a fault.
  private static func broken(
    _ law: LawCase, _ index: Int, _ fault: Fault, _ leak: FaultyRule.Leak = .init()
  ) -> DerivativeLaws.Function {
    { xs in
      let tape = xs[0].tape
      var count = 0
      tape.substitute = { operation in
        defer { count += 1 }
        return count == index ? FaultyRule(operation, fault, leak) : operation
      }
      let y = law.function(xs)
      tape.substitute = nil
      return y + y.squared() * 0.3
    }
  }

  /// How many inputs each operation has that a case records.
  private static func operations(_ law: LawCase) -> [Int] {
    let tape = TensorTape(engine: TensorEngine())
    let xs = law.point(law.shapes).map { tape.parameter("x", $0) }
    var counts: [Int] = []
    tape.substitute = { operation in
      counts.append(0)
      return operation
    }
    let mark = tape.count
    _ = law.function(xs)
    tape.substitute = nil
    let recorded = (mark..<tape.count).map { tape.recorder.trace.inputCount(of: $0) }.filter { $0 > 0 }
    #expect(recorded.count == counts.count)
    return recorded
  }

  /// What a fault is about, as the user of `function` sees it.
  private static func observed(_ law: LawCase, _ fault: Fault, _ function: @escaping DerivativeLaws.Function) throws
    -> [[Double]]
  {
    let engine = TensorEngine(), laws = DerivativeLaws(engine: engine, function), point = law.point(law.shapes)
    let directions = point.map { x in Tensor(x.doubles.enumerated().map { 0.3 + Double($0.offset % 3) }, x.shape) }
    switch fault {
    case .scaled, .negated, .dropped, .misplaced, .kernel: return try laws.outcome(point, on: engine)
    case .tangent: return [try engine.jvp(of: { function($0) }, at: point, along: directions).product.doubles]
    case .curvature:
      return try engine.hvp(of: { function($0).squared().sum() }, at: point, along: directions).product.map(\.doubles)
    case .part: return try point.indices.flatMap { try laws.outcome(point, on: engine, active: $0) }
    case .layout: return try laws.outcome(point.map(laws.strided), on: engine)
    case .threads: return try laws.outcome(point.map { $0.copied(to: .single) }, on: TensorEngine(threads: 2))
    case .precision: return try laws.outcome(point.map { $0.copied(to: .single) }, on: engine)
    case .memory: return []
    }
  }

  /// Whether anybody could see `fault`; an operation that fails because of it is seen.
  private static func matters(_ law: LawCase, _ index: Int, _ fault: Fault) throws -> Bool {
    if fault == .memory {
      let leak = FaultyRule.Leak()
      _ = try observed(law, .scaled(-1), broken(law, index, fault, leak))
      return leak.isReal
    }
    let sound = try observed(law, fault, law.composed)
    guard let found = try? observed(law, fault, broken(law, index, fault)) else { return true }
    return DerivativeLaws.distance(sound, found, 1e-3) != nil
  }

  private static func violations(_ law: LawCase, _ index: Int, _ fault: Fault) throws -> Set<Law> {
    let point = law.point(law.shapes)
    let laws = DerivativeLaws(engine: TensorEngine(), broken(law, index, fault))
    let found =
      switch fault {
      case .memory: try laws.memoryViolations(at: point)
      case .part, .layout, .threads, .precision:
        try laws.computationViolations(at: point, wide: point, precision: law.precision)
          + laws.violations(at: point, second: false)
      case .curvature: try laws.violations(at: point)
      default: try laws.violations(at: point, second: false)
      }
    return Set(found.map(\.law))
  }

  @Test(arguments: LawRegistry.all)
  func caught(_ law: LawCase) throws {
    for (index, inputs) in Self.operations(law).enumerated() {
      for (fault, laws) in Self.faults(inputs) where try Self.matters(law, index, fault) {
        guard let found = try? Self.violations(law, index, fault) else { continue }
        #expect(!found.isDisjoint(with: laws), "operation \(index), \(fault): only \(found)")
      }
    }
  }

  /// Each operation that has a derivative shows each kind of fault in one of its cases: none is excused everywhere.
  @Test func everyOperationShowsFaults() throws {
    var shown: [String: Set<String>] = [:]
    for law in LawRegistry.all {
      let engine = TensorEngine(), tape = TensorTape(engine: engine)
      var names: [String] = []
      tape.substitute = { operation in
        names.append(String(describing: type(of: operation)))
        return operation
      }
      _ = law.function(law.point(law.shapes).map { tape.constant($0) })
      tape.substitute = nil
      for (index, name) in names.enumerated() {
        for (fault, kind) in [(Fault.scaled(0), "pullback"), (.scaled(1), "pullback"), (.precision, "value")]
        where shown[name]?.contains(kind) != true {
          if try Self.matters(law, index, fault) { shown[name, default: []].insert(kind) }
        }
      }
    }
    let flat: Set = ["Sign", "Step", "Equal", "Detach"]
    for (name, kinds) in shown {
      #expect(kinds == ["pullback", "value"] || flat.contains(name), "\(name) shows \(kinds)")
    }
    #expect(shown.count > 50)
  }

  @Test func soundCopiesPass() throws {
    for law in LawRegistry.all.filter({ $0.name == "linear relu" || $0.name == "layer norm" }) {
      for fault in [Fault.curvature, .layout(0), .memory] { #expect(try Self.violations(law, 99, fault).isEmpty) }
    }
  }
}
