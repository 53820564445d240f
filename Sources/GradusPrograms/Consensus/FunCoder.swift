// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Writes a function by dividing it into smaller ones, and chooses among versions of each by what they do.
///
///     dfs(f): divide   the advisor writes f with calls of stubs that it invents, ≤ `retries` times until that is a program
///             children dfs of each stub, to `depth` levels
///             conquer  `samples` versions of f, with the finished children at hand
///             choose   inputs from the advisor (random ones where it names too few), functional consensus
///
/// Without `divides` the function is written at once, and chosen in the same way: the baseline. A stub that nobody could write is left
/// out with all that calls it.
///
/// **Needs** a language model and a machine. **Keeps** the stack of functions under way with their versions, and the finished ones.
/// **Guarantee** none but that what it recommends is a program, where it recommends one. **Cost** at most `samples` + `retries` + 1 calls
/// a function. **Reference** Chen et al., "Divide-and-Conquer Meets Consensus" (NeurIPS 2024).
public struct FunCoder: OptimizationMethod {
  public var samples = 10
  public var depth = 6
  public var retries = 3
  /// Inputs on which versions are compared.
  public var inputs = 10
  public var divides = true

  public init() {}

  enum Stage: String, Sendable, Codable { case divide, conquer, inputs, choose }

  /// A function under way.
  struct Frame: Sendable, Codable {
    var stub: CodingTask.Stub
    var stage: Stage
    var asked = 0
    var versions: [String] = []
    /// Stubs that are still to be written, the next last; and the names of all.
    var open: [CodingTask.Stub] = []
    var children: [String] = []
    var inputs: [[MiniValue]] = []
  }

  public struct State: Sendable, Codable {
    var task: CodingTask
    var stack: [Frame]
    /// Finished functions by name, with the names of those that they call.
    var finished: [String: String] = [:]
    var calls: [String: [String]] = [:]
    public internal(set) var failed: [String] = []
    /// Questions to the advisor.
    public internal(set) var consultations = 0
    var stream: RandomStream

    /// How many functions are written.
    public var finishedCount: Int { finished.count }
  }

  public func start(_ problem: CodingTask, random: RandomStream) throws -> State {
    guard samples > 0, problem.root.function != nil else {
      throw Unsuitable(
        method: "funcoder", needs: "a first line and at least one sample", found: problem.root.signature,
        remedy: "write it as fn f(x: Int) -> Int")
    }
    return State(
      task: problem, stack: [Frame(stub: problem.root, stage: divides ? .divide : .conquer)], stream: random)
  }

  public func ask(_ s: inout State) -> CodingTurn? {
    guard let frame = s.stack.last, let function = frame.stub.function else { return nil }
    let stream = s.stream.child("consultation", s.consultations)
    let helpers = frame.children.compactMap { s.finished[$0] }
    switch frame.stage {
    case .divide:
      return .consult(prompt: FunCoderPrompt.text(FunCoderPrompt.divide, frame.stub, helpers: []), stream: stream)
    case .conquer:
      return .consult(prompt: FunCoderPrompt.text(FunCoderPrompt.conquer, frame.stub, helpers: helpers), stream: stream)
    case .inputs:
      return .consult(prompt: FunCoderPrompt.text(FunCoderPrompt.inputs, frame.stub, helpers: []), stream: stream)
    case .choose:
      let below = source(frame.children, s)
      return .run(
        programs: frame.versions.map { $0 + "\n" + below }, function: function.name, inputs: frame.inputs,
        examples: s.stack.count == 1 ? s.task.examples : [])
    }
  }

  /// Functions with all that they call, each once.
  private func source(_ names: [String], _ s: State) -> String {
    var all: [String] = []
    var open = names
    while let name = open.popLast() {
      if all.contains(name) { continue }
      all.append(name)
      open += s.calls[name] ?? []
    }
    return all.sorted().compactMap { s.finished[$0] }.joined(separator: "\n")
  }

  public func tell(_ s: inout State, _ answer: consuming CodingTurn.Answer, to question: consuming CodingTurn) {
    guard var frame = s.stack.popLast(), let function = frame.stub.function else { return }
    switch consume answer {
    case .advice(let completion):
      s.consultations += 1
      frame.asked += 1
      switch frame.stage {
      case .divide: divided(&s, &frame, function, completion.text)
      case .conquer: take(&s, &frame, function, completion.text)
      case .inputs:
        frame.inputs = Array(FunCoderPrompt.calls(completion.text, of: function).prefix(inputs))
        var stream = s.stream.child("inputs", s.consultations)
        while frame.inputs.count < inputs {
          frame.inputs.append(MiniInputs().values(function.parameters.map(\.type), &stream))
        }
        frame.stage = .choose
        s.stack.append(frame)
      case .choose: s.stack.append(frame)
      }
    case .behaviors(let behaviors):
      let scores = FunctionalConsensus.scores(behaviors.map(\.outputs), failedExamples: behaviors.map(\.failedExamples))
      guard let top = scores.max(), let best = scores.firstIndex(of: top) else { return }
      finish(&s, frame, function, frame.versions[best])
    }
  }

  /// Reads an answer with stubs; goes down to them where there are any.
  private func divided(_ s: inout State, _ frame: inout Frame, _ function: MiniFunction, _ text: String) {
    let mayDivide = s.stack.count + 1 < depth
    if let found = FunCoderPrompt.functions(text), let own = found.first(where: { $0.function.name == function.name }),
      !own.function.body.isEmpty, own.function.result == function.result,
      own.function.parameters.map(\.type) == function.parameters.map(\.type)
    {
      let known = Set(s.stack.map(\.stub.function?.name) + [function.name])
      let called = Set(own.function.statements.flatMap { $0.terms.flatMap(\.calls) })
      let stubs = found.filter {
        $0.function.body.isEmpty && called.contains($0.function.name) && !known.contains($0.function.name)
      }
      let tools = stubs.compactMap { try? MiniTool.stub(parsing: $0.function.signature, summary: $0.summary) }
      let rest = found.filter { stub in !stub.function.body.isEmpty }.map(\.function)
      let isProgram = (try? MiniCode(MiniProgram(rest), tools: tools)) != nil
      if isProgram, stubs.isEmpty || mayDivide {
        frame.children = stubs.map(\.function.name)
        // Helpers that came with their bodies stay with the version.
        if stubs.isEmpty { frame.versions = [MiniProgram(rest).description] }
        frame.open = stubs.filter { s.finished[$0.function.name] == nil }
          .map { CodingTask.Stub($0.function.signature, $0.summary) }.reversed()
        frame.stage = .conquer
        frame.asked = frame.versions.count
        return goDown(&s, &frame)
      }
    }
    if frame.asked >= max(1, retries) { (frame.stage, frame.asked) = (.conquer, 0) }
    s.stack.append(frame)
  }

  private func goDown(_ s: inout State, _ frame: inout Frame) {
    let next = frame.open.popLast()
    s.stack.append(frame)
    if let next { s.stack.append(Frame(stub: next, stage: .divide)) } else { checkEnough(&s) }
  }

  /// One more version, where it is a program with the children.
  private func take(_ s: inout State, _ frame: inout Frame, _ function: MiniFunction, _ text: String) {
    if let found = FunCoderPrompt.functions(text), let own = found.first(where: { $0.function.name == function.name }),
      !own.function.body.isEmpty, own.function.result == function.result,
      own.function.parameters.map(\.type) == function.parameters.map(\.type)
    {
      let version = MiniProgram(found.map(\.function).filter { !$0.body.isEmpty && !frame.children.contains($0.name) })
      let whole = version.description + "\n" + source(frame.children, s)
      if (try? MiniCode(parsing: whole)) != nil { frame.versions.append(version.description) }
    }
    s.stack.append(frame)
    checkEnough(&s)
  }

  /// Goes on to the choice where there are enough versions, or gives a function up.
  private func checkEnough(_ s: inout State) {
    guard var frame = s.stack.last, frame.stage == .conquer, frame.asked >= samples else { return }
    s.stack.removeLast()
    guard let function = frame.stub.function else { return }
    if frame.versions.isEmpty {
      s.failed.append(function.name)
      return resume(&s)
    }
    if Set(frame.versions).count == 1 { return finish(&s, frame, function, frame.versions[0]) }
    frame.stage = .inputs
    s.stack.append(frame)
  }

  private func finish(_ s: inout State, _ frame: Frame, _ function: MiniFunction, _ version: String) {
    s.finished[function.name] = version
    s.calls[function.name] = frame.children
    resume(&s)
  }

  /// Back to the function above: its next child, or its versions.
  private func resume(_ s: inout State) {
    guard var frame = s.stack.popLast() else { return }
    frame.children.removeAll { s.failed.contains($0) }
    goDown(&s, &frame)
  }

  public func report(_ s: State) -> Report<String> {
    let name = s.task.root.function?.name ?? ""
    let isOver = s.stack.isEmpty
    guard s.finished[name] != nil else { return Report(point: "", claim: isOver ? .failed : nil) }
    return Report(point: source([name], s), claim: .exhausted)
  }
}
