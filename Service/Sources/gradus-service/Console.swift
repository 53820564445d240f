// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is said on standard error: one line each.
enum Console {
  static func say(_ text: String) {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
    let bytes = Array("gradus: \(line)\n".utf8)
    _ = write(STDERR_FILENO, bytes, bytes.count)
  }

  static func end(_ code: Int32, _ message: String) -> Never {
    say(message)
    exit(code)
  }
}
