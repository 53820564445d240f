// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Programs as files.
package enum ProgramFile {
  /// The file of this program, without symbolic links; nil where the system does not tell.
  package static var own: String? {
    #if os(Linux)
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/exe", &buffer, buffer.count)
      guard count > 0, count < buffer.count else { return nil }
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #else
      var size: UInt32 = 4096
      var buffer = [CChar](repeating: 0, count: 4096)
      guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
      return buffer.withUnsafeBufferPointer { $0.baseAddress.map { FilePath.resolved(String(cString: $0)) } }
    #endif
  }

  /// A program that belongs to this one: beside its file, or else on PATH.
  package static func companion(_ name: String) -> String? {
    let beside = own.map { FilePath.parent(of: $0) }.map { [$0] } ?? []
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let folders = beside + path.split(separator: ":").map(String.init)
    return folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 && !FilePath.isFolder($0) }
  }

  /// Goes on as another program, with the same standard streams; returns only where that fails.
  package static func become(_ program: String, _ arguments: [String]) {
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    // Signals that are blocked here would stay blocked there.
    var none = sigset_t()
    sigemptyset(&none)
    sigprocmask(SIG_SETMASK, &none, nil)
    execv(program, words)
    for word in words { free(word) }
  }
}
