import { describe, expect, it } from 'vitest'
import { choose, isByNameOnly, isNarrowed, readState, sortBy, writeState } from './listState.ts'

const read = (address: string) => readState(new URLSearchParams(address))

describe('the address of a list', () => {
  it.each([
    '',
    'filter=git',
    'filter=a%26b&type=KEY_PAIR&visibility=PUBLIC&scope=some&protection=PASSWORD&sort=-age&page=3&size=20',
    'sort=-name',
  ])('comes back as it was: %s', (address) => {
    expect(writeState(read(address)).toString()).toBe(address)
  })

  it('leaves out nonsense', () => {
    expect(writeState(read('type=CAT&sort=colour&page=-4&size=9999&scope=')).toString()).toBe('')
    expect(read('page=2.7').page).toBe(2)
  })

  it('starts at the first page after another choice', () => {
    expect(writeState(choose(read('page=3&scope=all'), 'type', 'DATA')).toString()).toBe('type=DATA&scope=all')
    expect(writeState(choose(read('type=DATA&scope=all'), 'type', undefined)).toString()).toBe('scope=all')
  })

  it('turns the order round at the second click on a heading', () => {
    const once = sortBy(read('page=2'), 'age')
    expect(writeState(once).toString()).toBe('sort=age')
    expect(writeState(sortBy(once, 'age')).toString()).toBe('sort=-age')
    expect(writeState(sortBy(read(''), 'name')).toString()).toBe('sort=-name')
  })

  it('knows what the server can do itself', () => {
    expect(isByNameOnly(read('filter=git&page=3&size=20'))).toBe(true)
    expect(isByNameOnly(read('sort=-name'))).toBe(false)
    expect(isByNameOnly(read('type=DATA'))).toBe(false)
  })

  it('knows whether anything is kept out', () => {
    expect(isNarrowed(read('sort=-age&page=2'))).toBe(false)
    expect(isNarrowed(read('filter=+'))).toBe(false)
    expect(isNarrowed(read('filter=g'))).toBe(true)
    expect(isNarrowed(read('scope=all'))).toBe(true)
  })
})
