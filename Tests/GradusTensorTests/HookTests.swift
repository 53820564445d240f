// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusTensor
import GradusTrace
import Synchronization
import Testing

@Suite("Hooks read and overwrite values and cotangents")
struct HookTests {
  private let x = Tensor([1.0, -2, 3]), w = Tensor([0.5, 2, -1])

  /// Σ w·(x²)², with x² tapped.
  private func loss(_ tape: TensorTape, _ p: [TracedTensor]) -> TracedTensor {
    (p[1] * p[0].squared().tapped("inner").squared()).sum()
  }

  private func run(_ hook: TensorTape.Hook?) throws -> (value: Double, x: [Double], w: [Double]) {
    let tape = TensorTape(engine: TensorEngine())
    tape.onValue("inner", hook)
    let p = [tape.parameter("x", x), tape.parameter("w", w)]
    let y = loss(tape, p), value = try y.scalar, gradients = try tape.backward(from: y)
    return (value, gradients[p[0]]?.doubles ?? [0, 0, 0], gradients[p[1]]?.doubles ?? [])
  }

  @Test func readingChangesNothing() throws {
    var seen: [Double] = []
    let plain = try run(nil)
    let read = try run { value in
      seen = try value.value.doubles
      return value
    }
    #expect(seen == [1, 4, 9])
    #expect(plain == read)
    #expect(plain.x == [2, -64, -108])
  }

  @Test func steeringPassesDerivativesOn() throws {
    let steered = try run { $0 + $0.tape.constant(Tensor([1.0, 1, 1])) }
    #expect(steered.value == -48)
    // 4x(x² + 1)·w.
    #expect(steered.x == [4, -80, -120])
    #expect(steered.w == [4, 25, 100])
  }

  @Test func aConstantCutsOff() throws {
    let cut = try run { $0.tape.constant(Tensor([1.0, 1, 1])) }
    #expect(cut.value == 1.5 && cut.x == [0, 0, 0] && cut.w == [1, 1, 1])
  }

  @Test func straightThroughHasTheValueAloneReplaced() throws {
    let passed = try run { $0 + ($0.tape.constant(Tensor([1.0, 1, 1])) - $0).stopGradient() }
    // 2·1·w behind the tap, 2x before it.
    #expect(passed.value == 1.5 && passed.x == [2, -16, -12])
  }

  @Test func wrongShapesAndThrowingHooksAreErrors() throws {
    #expect(throws: TraceError.self) { try run { $0.sum() } }
    struct Refused: Error {}
    #expect(throws: TraceError.self) { try run { _ in throw Refused() } }
  }

  @Test func everyOperationIsShown() throws {
    let tape = TensorTape(engine: TensorEngine())
    var names: [String] = []
    tape.onOperation { name, value in
      names.append(name)
      return name == "square" ? value * 2 : value
    }
    let p = [tape.parameter("x", x), tape.parameter("w", w)]
    let y = loss(tape, p)
    #expect(names == ["square", "square", "multiply", "sum"])
    tape.onOperation(nil)
    // 2·(2x²)²·w.
    #expect(try y.scalar == -388)
    #expect(try tape.backward(from: y)[p[1]]?.doubles == [8, 128, 648])
    #expect(names.count == 4)
  }

  @Test func cotangentsAreReadAndOverwritten() throws {
    for recorded in [false, true] {
      let seen = Mutex<[[Double]]>([])
      let tape = TensorTape(engine: TensorEngine())
      let p = [tape.parameter("x", x), tape.parameter("w", w)]
      let inner = p[0].squared().onCotangent { g in
        seen.withLock { $0.append((try? g.value.doubles) ?? []) }
        return g * 3
      }
      // Two users: the hook hears their sum once.
      let y = (inner * p[1]).sum() + inner.sum()
      let found =
        recorded
        ? try tape.gradients(of: y, for: [p[0]])[0].value.doubles : try tape.backward(from: y)[p[0]]?.doubles ?? []
      #expect(seen.withLock { $0 } == [[1.5, 3, 0]])
      #expect(found == [9, -36, 0])
    }
  }

  @Test func clippedCotangentsAreDifferentiatedAgain() throws {
    let (gradient, product) = try TensorEngine().hvp(
      of: { p in p[0].squared().onCotangent { $0.minimum($0 * 0 + 1) }.squared().sum() }, at: [Tensor([0.5, 2])],
      along: [Tensor([1.0, 1])])
    // g = min(2x², 1)·2x: below the limit 4x³, above it 2x.
    #expect(gradient[0].doubles == [0.5, 4])
    #expect(product[0].doubles == [3, 2])
  }

  @Test func aChangedCotangentIsNoTransposeAndTheLawSaysSo() throws {
    let laws = DerivativeLaws(engine: TensorEngine()) { $0[0].squared().onCotangent { $0 * 2 } }
    #expect(try laws.violations(at: [x], second: false).map(\.law) == [.directional, .adjoint])
    let sound = DerivativeLaws(engine: TensorEngine()) { $0[0].squared().onCotangent { $0 } }
    #expect(try sound.violations(at: [x]).isEmpty)
  }

  @Test func hooksOfTheTraceSeeTensors() throws {
    let seen = Mutex<[String]>([])
    let recorder = Recorder()
    recorder.onRecord { trace, node in
      guard let value = trace.value(of: node) as? Tensor else { return }
      seen.withLock { $0.append("\(trace.operation(of: node)) \(value.doubles)") }
    }
    let tape = TensorTape(engine: TensorEngine(), recorder: recorder)
    _ = tape.parameter("x", x).squared().sum()
    #expect(seen.withLock { $0 } == ["x [1.0, -2.0, 3.0]", "square [1.0, 4.0, 9.0]", "sum [14.0]"])
  }
}
