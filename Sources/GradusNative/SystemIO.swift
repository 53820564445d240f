// SPDX-License-Identifier: Apache-2.0
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `read` and `write` of the system, for types that have methods of these names.
package enum SystemIO {
  package static func take(_ descriptor: Int32, _ place: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, place, count)
  }

  package static func put(_ descriptor: Int32, _ place: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, place, count)
  }
}
