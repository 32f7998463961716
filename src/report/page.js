/* SPDX-License-Identifier: GPL-2.0-or-later */
(function () {
  'use strict';
  var box = document.getElementById('search'), only = document.getElementById('only'), said = document.getElementById('found');
  var conns = Array.prototype.slice.call(document.querySelectorAll('details.conn'));
  var texts = conns.map(function (conn) { return conn.firstElementChild.textContent.toLowerCase(); });
  function filter() {
    var words = box.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    conns.forEach(function (conn, i) {
      var fits = only.checked ? conn.classList.contains('troubled') : true;
      fits = fits ? words.every(function (word) { return texts[i].indexOf(word) >= 0; }) : false;
      conn.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    said.textContent = shown + ' of ' + conns.length + ' connections' + (document.getElementById('part') ? ' on this page' : '');
  }
  function open(wanted) {
    conns.forEach(function (conn) { if (!conn.hidden) { conn.open = wanted; } });
  }
  if (!box) { return; }
  document.getElementById('tools').hidden = false;
  box.addEventListener('input', filter);
  only.addEventListener('change', filter);
  document.getElementById('open').addEventListener('click', function () { open(true); });
  document.getElementById('close').addEventListener('click', function () { open(false); });
  document.addEventListener('keydown', function (event) {
    var inside = document.activeElement === box;
    if (event.key === '/') { if (!inside) { event.preventDefault(); box.focus(); } }
    if (event.key === 'Escape') { if (inside) { box.value = ''; filter(); } }
  });
  window.addEventListener('beforeprint', function () { if (50 >= conns.length) { open(true); } });
  /* A link to a connection (page.html#conn7) or to a packet (#p4711) opens it. */
  function follow() {
    var goal = document.getElementById(location.hash.slice(1)), conn = goal === null ? null : goal.closest('details.conn');
    if (conn === null) { return; }
    if (conn.hidden) { box.value = ''; only.checked = false; filter(); }
    conn.open = true;
    goal.scrollIntoView({ block: goal === conn ? 'start' : 'center' });
  }
  window.addEventListener('hashchange', follow);
  filter();
  follow();
}());
