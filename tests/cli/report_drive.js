/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Put at the end of a copy of the page by report.sh: does what a reader does, and leaves a line for each thing that was looked at. */
(function () {
  'use strict';
  var lines = [], violations = 0;
  var box = document.getElementById('search'), only = document.getElementById('only'), said = document.getElementById('found');
  function check(name, good) { lines.push((good ? 'ok ' : 'not ok ') + name); }
  function shown() {
    return Array.prototype.filter.call(document.querySelectorAll('details.conn'), function (c) { return c.offsetParent !== null; })
      .map(function (c) { return c.id; }).join(' ');
  }
  function search(words) { box.value = words; box.dispatchEvent(new Event('input')); }
  function press(key) { document.dispatchEvent(new KeyboardEvent('keydown', { key: key, bubbles: true, cancelable: true })); }

  check('all are shown', shown() === 'conn1 conn2');
  search('udp :53');
  check('search finds by protocol and port', shown() === 'conn1');
  check('search says how many', said.textContent === '1 of 2 connections');
  search('no such words');
  check('search may find nothing', shown() === '');
  search('');
  only.checked = true;
  only.dispatchEvent(new Event('change'));
  check('only trouble: there is none here', shown() === '');
  only.checked = false;
  only.dispatchEvent(new Event('change'));

  check('no word of a remark is cut off', (function () {
    var table = document.createElement('div');
    table.innerHTML = '<table class="ladder"><tbody><tr><td class="lane">x</td><td>nf_conntrack_tcp_timeout_max_retrans_and_more_of_it_without_a_blank_at_all</td></tr></tbody></table>';
    table.style.width = '56rem';
    document.body.appendChild(table);
    var fits = table.scrollWidth <= table.clientWidth;
    table.remove();
    return fits;
  }()));

  press('/');
  check('slash goes to the search', document.activeElement === box);
  search('udp');
  press('Escape');
  check('escape empties the search', box.value === '' && shown() === 'conn1 conn2');
  var controls = Array.prototype.filter.call(document.querySelectorAll('summary, input, button, [tabindex="0"], a'),
    function (e) { return e.checkVisibility(); });
  check('every control takes the keyboard focus', controls.length >= 8 && controls.every(function (e) {
    e.focus();
    return document.activeElement === e;
  }));

  document.getElementById('open').click();
  check('open all opens all', document.querySelectorAll('details.conn[open]').length === 2);
  check('a ladder has a line for each packet', document.querySelectorAll('#conn1 table.ladder tbody tr').length === 2);
  check('the walk is drawn', document.querySelector('#conn1 svg.diagram').getBBox().height > 100);
  check('its steps are marked', document.querySelectorAll('#conn1 svg .pill').length === 2);
  check('its steps are listed', document.querySelectorAll('#conn1 div.walk li').length === 2);
  check('the diagram has words', /steps of connection #1/.test(document.querySelector('#conn1 svg.diagram').getAttribute('aria-label')));
  check('nothing hangs in the air', Array.prototype.every.call(document.querySelectorAll('use, [aria-labelledby]'), function (e) {
    return document.getElementById((e.getAttribute('href') || '#' + e.getAttribute('aria-labelledby')).slice(1)) !== null;
  }));
  document.getElementById('close').click();
  check('close all closes all', document.querySelectorAll('details.conn[open]').length === 0);
  lines.push('paper ' + getComputedStyle(document.body).backgroundColor);
  lines.push('node ' + getComputedStyle(document.querySelector('.node:not(.start) rect')).fill);

  function leave() {
    var out = document.createElement('pre');
    check('nothing was fetched', performance.getEntriesByType('resource').every(function (e) { return /^data:/.test(e.name); }));
    check('the page may not fetch', violations > 0);
    out.id = 'driven';
    out.textContent = '\n' + lines.join('\n') + '\nend\n';
    document.body.appendChild(out);
  }
  document.addEventListener('securitypolicyviolation', function () { violations++; });
  fetch('http://127.0.0.1:9/').then(leave, function () { setTimeout(leave, 50); });
}());
