// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `gradus STUB[.nl] -AMPL [key=value…]`, as AMPL, Pyomo and JuMP call a solver.
///
/// Reads `STUB.nl`, writes `STUB.sol` beside it and ends with 0 whenever that file was written; what happened stands in
/// its solve code. Options come from `gradus_options` in the environment and then from the arguments.
enum AMPLCommand {
  static let flag = "-AMPL"

  /// True for calls in AMPL's manner.
  static func isAsked(_ arguments: [String]) -> Bool {
    arguments.count > 1 && arguments[1] == flag || arguments.count == 1 && answer(to: arguments[0]) != nil
  }

  /// What is asked without a problem: the version, the options, the usage.
  private static func answer(to argument: String) -> String? {
    switch argument {
    case "-v": "gradus \(gradusVersion) (AMPL .nl and .sol)\n"
    case "-=": AMPLOption.listing
    case "-?":
      """
      usage: gradus STUB[.nl] -AMPL [key=value…]
        reads STUB.nl and writes STUB.sol; options also in $gradus_options
        -v   the version          -=   the options          'gradus help' for everything else

      """
    default: nil
    }
  }

  static func run(_ arguments: [String]) async -> ExitCode {
    if arguments.count == 1, let text = answer(to: arguments[0]) {
      Console.out(text)
      return .success
    }
    let interruption = Interruption()
    SignalWatch.begin(interruption)
    do {
      let settings = AMPLSettings(
        environment: getenv("gradus_options").map { String(cString: $0) } ?? "",
        arguments: Array(arguments.dropFirst(2)))
      let call = try AMPLCall(path: problemPath(arguments[0]), settings, interruption)
      let solution = await call.solution()
      try solution.write(to: NLFile.stem(of: call.path) + ".sol")
      call.report(solution)
      return .success
    } catch { return Tool.report(Failure(error)) }
  }

  /// `STUB.nl` for STUB and for STUB.nl.
  private static func problemPath(_ stub: String) -> String {
    let name = stub.lowercased()
    if name.hasSuffix(".nl") || name.hasSuffix(".nl.gz") { return stub }
    return stub + ".nl"
  }
}
