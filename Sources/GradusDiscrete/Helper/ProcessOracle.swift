// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNative
import GradusNumerics
import Synchronization

/// HiGHS in a process of its own as an oracle: it may crash or hang, and the best point heard so far is kept.
///
/// A helper answers one question and ends. The first one can be started before the program is known (`prewarm`), so that
/// it opens HiGHS while the file is being read. A limit or an interruption is first a message; a helper that does not heed
/// it within the grace is killed. Farkas rays are positive on lower sides and negative on upper sides of rows.
public final class ProcessOracle: LinearProgramOracle {
  private let command: HelperCommand
  private let relay: Relay?
  private let interruption: Interruption?
  private let executor = BlockingExecutor()
  private let state: Mutex<State>

  private struct State {
    var form: StandardForm?
    /// Started, and not yet told anything.
    var ready: ChildProcess?
    var processorSeconds = 0.0
  }

  /// Processor seconds of the helpers that have answered so far.
  public var processorSeconds: Double { state.withLock { $0.processorSeconds } }

  /// With `prewarm` the first helper is started here; one that cannot be is tried again when it is needed.
  public init(
    command: HelperCommand = .standard, prewarm: Bool = true, relay: Relay? = nil, interruption: Interruption? = nil
  ) {
    self.command = command
    self.relay = relay
    self.interruption = interruption
    state = Mutex(State(form: nil, ready: prewarm ? try? command.start() : nil))
  }

  /// States the program that questions are about. Throws `Unsuitable` when it holds more than HiGHS takes here.
  public func send(_ form: StandardForm) throws(Unsuitable) {
    try form.requireLinear()
    state.withLock { $0.form = form }
  }

  /// Puts the question to a helper. A crash, a hang or a helper that cannot be started is an answer of status `failed`.
  public func solve(_ question: SolveLinear) async throws -> LinearAnswer {
    let (form, ready) = state.withLock { state in
      defer { state.ready = nil }
      return (state.form, state.ready)
    }
    guard let form else { preconditionFailure("send the program before asking about it") }
    question.requireFitting(form)
    let cancelled = StopFlag()
    let (command, relay, interruption) = (command, relay, interruption)
    return try await executor.run(onCancel: { cancelled.raise() }) { () throws -> LinearAnswer in
      let began = MonotonicTime.now
      // A helper that died while it waited is replaced, once.
      let waiting = ready?.wait(seconds: 0) == nil ? ready : nil
      let child: ChildProcess
      do throws(ChannelError) {
        if let waiting { child = waiting } else { child = try command.start() }
      } catch {
        var answer = LinearAnswer(status: .failed, source: "HiGHS")
        answer.failure = "the helper process \(command.executable) cannot be started (system error \(error.number))"
        return answer
      }
      var dialogue = HelperDialogue(
        child: child, grace: command.grace, began: began,
        isAskedToStop: { cancelled.isRaised || interruption?.isRaised == true }, relay: { relay?.send($0) })
      defer {
        let used = child.processorSeconds ?? 0
        self.state.withLock { $0.processorSeconds += used }
      }
      return try dialogue.answer(question, about: form).timed(since: began, if: question)
    }
  }
}

/// How a helper process is started, and how patient its master is.
public struct HelperCommand: Sendable, Hashable {
  public var executable: String
  public var arguments: [String]
  /// Seconds between a limit or an interruption and the end of a helper that does not heed it: a constant, and a share of
  /// the time limit.
  public var grace: (constant: Double, share: Double) {
    get { (graceConstant, graceShare) }
    set { (graceConstant, graceShare) = newValue }
  }
  private var graceConstant = 0.2
  private var graceShare = 0.05

  public init(executable: String, arguments: [String]) {
    self.executable = executable
    self.arguments = arguments
  }

  /// The running executable with its hidden subcommand.
  public static var standard: HelperCommand {
    #if os(Linux)
      // The file that runs, even when it was replaced or removed since.
      let executable = "/proc/self/exe"
    #else
      let executable = LibrarySearch.standard.executable ?? CommandLine.arguments[0]
    #endif
    return HelperCommand(executable: executable, arguments: ["helper-highs"])
  }

  func start() throws(ChannelError) -> ChildProcess {
    try ChildProcess(executable: executable, arguments: arguments)
  }
}

extension ChannelError {
  /// The system's error number; 0 for a closed channel.
  fileprivate var number: Int32 {
    switch self {
    case .closed: 0
    case .system(let code): code
    }
  }
}
