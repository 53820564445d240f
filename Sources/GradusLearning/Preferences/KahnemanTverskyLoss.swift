// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusFirstOrder
public import GradusNumerics
import GradusTensor
import Synchronization

/// Learns from answers that were good or bad, each for itself, without pairs.
///
///     r = ln π_θ(y|x) − ln π_ref(y|x)
///     z = max(0, mean of r over prompts with the answers of others)            no derivative passes
///     good y: λ_D(1 − σ(β(r − z))),   bad y: λ_U(1 − σ(β(z − r)))
///
/// Unless stated otherwise λ_D·n_D = λ_U·n_U with the smaller of the two 1, so that both kinds weigh the same. z is estimated within a
/// minibatch: each prompt with the answer of the next row. A minibatch of one row has z = 0.
/// The same question has the same answer, to the bit. One computation at a time. **Cost** of a gradient: a walk there and back, and two walks
/// there for z.
/// **Reference** K. Ethayarajh et al., *KTO: Model alignment as prospect theoretic optimization*, ICML 2024, equations 7 and 8.
public final class KahnemanTverskyLoss<Architecture: Network>: Sendable, MinibatchOracle {
  public typealias Point = Buffer<Float>

  public let model: Architecture
  public let texts: [JudgedText]
  /// β.
  public let strength: Double
  /// λ_D and λ_U.
  public let weights: (good: Double, bad: Double)
  private let layout: Layout
  private let reference: Buffer<Float>
  private let workspace: Mutex<Workspace>
  /// ln π_ref of each text.
  private let known: [Double]

  /// `reference`: the parameters of π_ref. Throws where the reference gives no numbers.
  public init(
    _ model: Architecture, reference: Buffer<Float>, on texts: [JudgedText], strength: Double = 0.1,
    weights: (good: Double, bad: Double)? = nil, threads: Int = 1
  ) throws {
    precondition(!texts.isEmpty, "at least one judged text")
    precondition(
      texts.allSatisfy { !$0.prompt.isEmpty && !$0.answer.isEmpty }, "a text has a prompt and an answer, both not empty"
    )
    precondition(model.statisticsLayout.count == 0, "a model of texts has no statistics of its data")
    self.model = model
    self.texts = texts
    self.strength = strength
    layout = model.layout
    self.reference = reference
    let good = texts.count { $0.isGood }, bad = texts.count - good
    self.weights =
      weights
      ?? (good == 0 || bad == 0
        ? (1, 1) : (max(1, Double(bad) / Double(good)), max(1, Double(good) / Double(bad))))
    var workspace = Workspace(layout, threads: threads)
    workspace.load(reference, layout)
    var known: [Double] = []
    for start in stride(from: 0, to: texts.count, by: 64) {
      let part = texts[start..<min(start + 64, texts.count)].map { ($0.prompt, $0.answer) }
      known += try Self.logs(AnswerRows(part), model, layout, workspace)
    }
    self.known = known
    self.workspace = Mutex(workspace)
  }

  /// The training problem that this answers for, from the parameters of the reference.
  public func problem() -> Training {
    var print = Fingerprint(), data = Fingerprint()
    print.mix("KTO \(model) \(strength) \(weights)")
    for text in texts {
      for tokens in [text.prompt, text.answer] {
        data.mix(tokens.count)
        data.mix(tokens)
      }
      data.mix(text.isGood ? 1 : 0)
    }
    return Training(
      layout: layout, start: reference, observationCount: texts.count, modelFingerprint: print.value,
      dataFingerprint: data.value)
  }

  public func linearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) async throws -> Linearization<Buffer<Float>> { try gradient(point, rows, shift: nil) }

  public func immediateLinearization(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> Linearization<Buffer<Float>>? { try gradient(point, rows, shift: nil) }

  /// z of these rows at a point.
  public func shift(at point: Buffer<Float>, of rows: [Int]) throws -> Double {
    try workspace.withLock { work in try shift(point, rows, &work) }
  }

  private static func logs(
    _ rows: AnswerRows, _ model: Architecture, _ layout: Layout, _ work: borrowing Workspace
  ) throws -> [Double] {
    work.silent.reset()
    let parameters = ModelParameters(work.parameters(layout, on: work.silent))
    let numbers = try rows.logs(model.scores(Batch(tokens: rows.tokens), parameters)).value.floats
    work.silent.reset()
    return numbers.map { Double($0) }
  }

  private func shift(_ point: Buffer<Float>, _ rows: [Int], _ work: inout Workspace) throws -> Double {
    guard rows.count > 1 else { return 0 }
    let crossed = AnswerRows(
      rows.indices.map { (texts[rows[$0]].prompt, texts[rows[($0 + 1) % rows.count]].answer) })
    work.load(reference, layout)
    let before = try Self.logs(crossed, model, layout, work)
    work.load(point, layout)
    let now = try Self.logs(crossed, model, layout, work)
    return max(0, zip(now, before).reduce(0) { $0 + ($1.0 - $1.1) } / Double(rows.count))
  }

  /// The mean loss of these rows and its gradient; z is that of the rows unless one is given.
  package func gradient(
    _ point: Buffer<Float>, _ rows: [Int], shift given: Double?
  ) throws -> Linearization<Buffer<Float>> {
    try workspace.withLock { work in
      let z = try given ?? shift(point, rows, &work)
      work.load(point, layout)
      let tape = work.tape
      let named = work.parameters(layout, on: tape)
      let answers = AnswerRows(rows.map { (texts[$0].prompt, texts[$0].answer) })
      let logs = answers.logs(
        model.scores(Batch(tokens: answers.tokens), ModelParameters(named, use: .training(RandomStream(seed: 0)))))
      func constant(_ numbers: [Double]) -> TracedTensor {
        tape.constant(Tensor(numbers.map { Float($0) }, [rows.count]))
      }
      // 1 − σ(u) = σ(−u).
      let signs = constant(rows.map { texts[$0].isGood ? -strength : strength })
      let weights = constant(rows.map { texts[$0].isGood ? self.weights.good : self.weights.bad })
      let r = logs - constant(rows.map { known[$0] + z })
      let loss = (weights * (signs * r).sigmoid()).mean()
      return try work.linearization(of: loss, in: named, layout)
    }
  }
}
