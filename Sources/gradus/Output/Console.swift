// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard output and standard error, unbuffered.
enum Console {
  static func out(_ text: String) { write(Array(text.utf8), to: STDOUT_FILENO) }
  static func out(_ bytes: [UInt8]) { write(bytes, to: STDOUT_FILENO) }
  static func error(_ text: String) { write(Array(text.utf8), to: STDERR_FILENO) }

  /// True when a person watches standard error.
  static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

  /// The width of the terminal behind standard error; 80 where it is unknown.
  static var width: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Back to the first of `count` lines that were drawn, with nothing below.
  static func erased(_ count: Int) -> String {
    (count > 1 ? "\u{1B}[\(count - 1)A" : "") + (count > 0 ? "\r\u{1B}[J" : "")
  }

  /// Ends the process. Everything was written without buffering, so nothing is left to flush.
  static func end(with code: ExitCode) -> Never { exit(code.rawValue) }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { raw in
      var rest = raw[...]
      while let base = rest.baseAddress, !rest.isEmpty {
        #if canImport(Glibc)
          let count = Glibc.write(descriptor, base, rest.count)
        #else
          let count = Darwin.write(descriptor, base, rest.count)
        #endif
        if count < 0 {
          if errno == EINTR { continue }
          // A closed pipe or a full disk: there is nobody left to tell.
          return
        }
        rest = rest.dropFirst(count)
      }
    }
  }
}

extension Slice where Base == UnsafeRawBufferPointer {
  fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}
