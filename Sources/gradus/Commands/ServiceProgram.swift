// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusNative

/// The program behind `gradus serve`.
enum ServiceProgram {
  static let name = "gradus-service"

  private static let component = NativeComponent(
    name: name, libraries: [], purpose: "the dashboard", without: "'gradus serve' cannot start", licence: "Apache-2.0",
    install: "make service")

  /// Whether it is there, and made together with this program: it is asked for its version.
  static func report() -> ComponentReport {
    guard let path = ProgramFile.companion(name) else {
      return ComponentReport(component: component, path: nil, version: nil, problem: nil)
    }
    let version = version(of: path)
    let problem: String? =
      switch version {
      case gradusVersion?: nil
      case nil: "\(path) does not tell its version"
      case let other?: "\(path) has version \(other), not \(gradusVersion)"
      }
    return ComponentReport(component: component, path: path, version: version, problem: problem)
  }

  /// What `--version` prints; nil where that fails, or takes more than five seconds.
  private static func version(of path: String) -> String? {
    guard let process = try? CommandProcess([path, "--version"]) else { return nil }
    var output = StreamTail()
    let deadline = ContinuousClock.now + .seconds(5)
    while ContinuousClock.now < deadline {
      while let bytes = process.read(.output), !bytes.isEmpty { output.take(bytes) }
      if process.state != nil { break }
      CommandProcess.wait(for: [process], seconds: 0.05)
    }
    while let bytes = process.read(.output), !bytes.isEmpty { output.take(bytes) }
    guard process.end() == .exited(0) else { return nil }
    return output.text.split(whereSeparator: \.isWhitespace).first.map(String.init)
  }
}
