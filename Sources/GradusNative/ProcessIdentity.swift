// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which process did something, so that others can tell whether it is still there.
public struct ProcessIdentity: Sendable, Hashable {
  /// Of the machine since its last start, and of the space in which process numbers are unique.
  public var place: String
  public var number: Int32
  /// When the process began, in the system's units; numbers are given again, beginnings are not.
  public var began: String

  public init(place: String, number: Int32, began: String) {
    self.place = place
    self.number = number
    self.began = began
  }

  /// This process.
  public static var own: ProcessIdentity {
    ProcessIdentity(place: currentPlace, number: getpid(), began: beginning(of: getpid()) ?? "")
  }

  /// How many processors are there for programs; at least 1.
  package static var processors: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// What the machine calls itself; up to 255 bytes.
  package static var host: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether the process is gone for certain; false where it runs, and where it cannot be seen from here.
  public var isGone: Bool {
    guard place == Self.currentPlace, !place.isEmpty, !began.isEmpty else { return false }
    return Self.beginning(of: number) != began
  }

  private static var currentPlace: String {
    #if os(Linux)
      guard let boot = text(of: "/proc/sys/kernel/random/boot_id") else { return "" }
      var bytes = [CChar](repeating: 0, count: 256)
      let count = readlink("/proc/self/ns/pid", &bytes, bytes.count - 1)
      guard count > 0 else { return "" }
      let space = String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return boot.filter { !$0.isWhitespace } + " " + space
    #else
      return ""
    #endif
  }

  /// Field 22 of the process's status, behind the name in parentheses; nil for one that is not there or has ended.
  private static func beginning(of process: Int32) -> String? {
    #if os(Linux)
      guard let status = text(of: "/proc/\(process)/stat"), let end = status.lastIndex(of: ")") else { return nil }
      let fields = status[status.index(after: end)...].split(separator: " ")
      guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
      return String(fields[19])
    #else
      return nil
    #endif
  }

  private static func text(of path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}
